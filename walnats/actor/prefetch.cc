#include "walnats/actor/prefetch.h"

#include <algorithm>

namespace walnats::internal {

Prefetch::Prefetch(absl::Duration ack_wait, int jobs, int least)
    : share_(absl::ToDoubleSeconds(ack_wait) / 4 * jobs),
      least_(least),
      capacity_(least) {}

void Prefetch::Record(absl::Duration duration) {
  // A plain mean at first, then a moving one over about 16 jobs: one slow job
  // is felt at once.
  recorded_ = std::min(recorded_ + 1, 16);
  const double seconds = std::max(absl::ToDoubleSeconds(duration), 1e-7);
  mean_ += (seconds - mean_) / recorded_;
  const double room = share_ / mean_;
  capacity_ = std::max(least_, room > kMost ? kMost : static_cast<int>(room));
}

}  // namespace walnats::internal
