#pragma once

// Decides when an actor whose attempts fail stands still, and when it probes:
//
//   closed --(failures >= share of the window)--> open
//   open   --(pause is over)--> half open: one attempt is made as a probe
//   half open --(good)--> closed;  --(failed)--> open, for twice as long
//
// No I/O: outcomes and times in. See CircuitBreaker in actor_options.h.

#include <vector>

#include "absl/time/time.h"
#include "walnats/actor_options.h"

namespace walnats::internal {

class BreakerState {
 public:
  enum class Phase { kClosed, kOpen, kHalfOpen };

  explicit BreakerState(const CircuitBreaker& options) : options_(options) {}

  bool enabled() const { return options_.failures > 0; }
  Phase phase() const { return phase_; }
  bool closed() const { return phase_ == Phase::kClosed; }

  // An attempt has ended. Those that were begun before it opened say nothing
  // about the time after it, so that only the probe counts then.
  void OnEnd(bool failed, bool probe, absl::Time now);

  // Call it at `until`: an open one is half open then.
  void OnTime(absl::Time now);
  // Of an open one; InfiniteFuture otherwise.
  absl::Time until() const { return until_; }

  // While it is half open: whether the probe may be started; then it has been.
  bool TakeProbe();
  // The probe did not reach its end: another one may be started.
  void LoseProbe() { probing_ = false; }
  bool wants_probe() const { return phase_ == Phase::kHalfOpen && !probing_; }

  // Failures among the last attempts, for people.
  int failures() const { return failures_; }

 private:
  void Record(bool failed);
  void Open(absl::Duration pause, absl::Time now);
  void Close();

  const CircuitBreaker options_;
  Phase phase_ = Phase::kClosed;
  std::vector<bool> window_;  // a ring: whether each attempt failed
  size_t next_ = 0;           // where the next is written
  int failures_ = 0;          // in the window
  bool probing_ = false;
  absl::Duration pause_ = absl::ZeroDuration();  // of the last Open
  absl::Time until_ = absl::InfiniteFuture();
};

}  // namespace walnats::internal
