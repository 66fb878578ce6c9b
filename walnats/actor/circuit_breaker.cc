#include "walnats/actor/circuit_breaker.h"

#include <algorithm>

namespace walnats::internal {

void BreakerState::OnEnd(bool failed, bool probe, absl::Time now) {
  if (!enabled()) return;
  if (phase_ == Phase::kClosed) {
    Record(failed);
    // Attempts that were not made yet stand for good ones: it opens as soon as
    // nothing that they could say would matter.
    constexpr double kRounding = 1e-9;
    if (failures_ + kRounding >= options_.failures * options_.window) {
      Open(options_.pause, now);
    }
  } else if (probe && phase_ == Phase::kHalfOpen) {
    if (!failed) return Close();
    Open(std::min(2 * pause_, options_.pause_max), now);
  }
}

void BreakerState::OnTime(absl::Time now) {
  if (phase_ != Phase::kOpen || now < until_) return;
  phase_ = Phase::kHalfOpen;
  until_ = absl::InfiniteFuture();
  probing_ = false;
}

bool BreakerState::TakeProbe() {
  if (!wants_probe()) return false;
  return probing_ = true;
}

void BreakerState::Record(bool failed) {
  const auto size = static_cast<size_t>(options_.window);
  if (window_.size() < size) {
    window_.push_back(failed);
  } else {
    failures_ -= window_[next_] ? 1 : 0;
    window_[next_] = failed;
    next_ = (next_ + 1) % size;
  }
  failures_ += failed ? 1 : 0;
}

void BreakerState::Open(absl::Duration pause, absl::Time now) {
  phase_ = Phase::kOpen;
  pause_ = pause;
  until_ = now + pause;
}

void BreakerState::Close() {
  phase_ = Phase::kClosed;
  window_.clear();
  next_ = 0;
  failures_ = 0;
}

}  // namespace walnats::internal
