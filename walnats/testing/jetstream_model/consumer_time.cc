#include <algorithm>

#include "walnats/testing/jetstream_model/consumer.h"
#include "walnats/testing/jetstream_model/consumer_advisories.h"

namespace walnats::testing::model {

void Consumer::AdvanceTo(absl::Time now) {
  for (absl::Time due = next(); due <= now; due = next()) Tick(due);
}

absl::Time Consumer::next() const {
  absl::Time next = std::min(pulls_.next(), activity_check_);
  if (const std::optional<absl::Time> oldest = unsettled_.oldest()) {
    next = std::min(next, *oldest + config_.ack_wait);
  }
  if (resumes_) next = std::min(next, paused_until_);
  return next;
}

void Consumer::Tick(absl::Time now) {
  // Its timer ends no_wait pulls even while max_ack_pending blocks them.
  if (pulls_.next() <= now) {
    pulls_.Sweep(/*nothing_left=*/true, positions_.delivered(), now);
  }
  if (resumes_ && paused_until_ <= now) {
    resumes_ = false;
    scope_.actions.push_back(
        ConsumerPaused(scope_.stream, config_.name, paused_until_, now));
  }
  ExpireWaits(now);
  if (activity_check_ <= now) CheckActivity(now);
  Dispatch(now);
}

void Consumer::ExpireWaits(absl::Time now) {
  std::vector<uint64_t> over = unsettled_.WaitingSince(now - config_.ack_wait);
  const auto most =
      static_cast<uint64_t>(std::max<int64_t>(config_.max_deliver, 0));
  if (most > 0 && Has(scope_.version, Difference::kExhaustedWithoutPull)) {
    std::erase_if(over, [&](uint64_t sequence) {
      // The server compares the number of redeliveries here: it finds the
      // last delivery only where that was the first, or after an update.
      const uint64_t again = unsettled_.redeliveries(sequence);
      if (std::max<uint64_t>(again, 1) < most) return false;
      GiveUp(sequence, again + 1, now);
      unsettled_.SetRedeliveries(sequence, again + 1);
      return true;
    });
  }
  unsettled_.QueueExpired(over, now);
}

std::optional<absl::Duration> Consumer::inactive_threshold() const {
  return config_.inactive_threshold;
}

void Consumer::CheckActivity(absl::Time now) {
  const absl::Duration threshold = *inactive_threshold();
  const bool pending_counts =
      Has(scope_.version, Difference::kPendingIsActivity);
  const std::optional<absl::Time> newest = unsettled_.newest();
  activity_check_ = absl::InfiniteFuture();
  if (now < last_active_ + threshold) {
    activity_check_ = last_active_ + threshold;
  } else if (!pulls_.empty()) {
    activity_check_ = now + threshold;
  } else if (pending_counts && newest &&
             now < *newest + config_.ack_wait + threshold) {
    activity_check_ = *newest + config_.ack_wait + threshold;
  } else {
    expired_ = true;
  }
}

bool Consumer::expired(absl::Time now) const {
  return expired_ && now >= last_active_;
}

void Consumer::OnRestart() {
  pulls_.Drop();
  unsettled_.ClearQueue();
}

}  // namespace walnats::testing::model
