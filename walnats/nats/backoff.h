#pragma once

// How long to wait before the next try to connect: twice as long each time, up
// to a bound, and each a random part shorter, so that the clients of a
// restarted server do not come all at once.

#include <algorithm>
#include <random>

#include "absl/time/time.h"

namespace walnats::nats {

class Backoff {
 public:
  // 0 < first <= longest.
  Backoff(absl::Duration first, absl::Duration longest, unsigned seed)
      : first_(first), longest_(longest), next_(first), random_(seed) {}

  // Between half and all of first, 2 * first, 4 * first ... longest.
  absl::Duration Next() {
    const absl::Duration full = next_;
    next_ = std::min(longest_, next_ * 2);
    return full * std::uniform_real_distribution<double>(0.5, 1.0)(random_);
  }

  void Reset() { next_ = first_; }

 private:
  absl::Duration first_;
  absl::Duration longest_;
  absl::Duration next_;
  std::minstd_rand random_;
};

}  // namespace walnats::nats
