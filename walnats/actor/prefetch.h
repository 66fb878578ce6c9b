#pragma once

// How many messages an actor may hold at once: what it can start now, and as
// many more as its jobs take in a quarter of ack_wait. So a fast handler is
// never idle, and a slow one keeps nothing from other instances.

#include "absl/time/time.h"

namespace walnats::internal {

class Prefetch {
 public:
  static constexpr int kMost = 5000;

  // `jobs` run at once; 1 for a plain handler. Never fewer than `least`.
  Prefetch(absl::Duration ack_wait, int jobs, int least);

  // A job took so long.
  void Record(absl::Duration duration);

  // Exactly `least` until something was recorded.
  int capacity() const { return capacity_; }

 private:
  const double share_;  // seconds of handler time that may wait, all jobs
  const int least_;
  double mean_ = 0;  // seconds; moving
  int recorded_ = 0;
  int capacity_;
};

}  // namespace walnats::internal
