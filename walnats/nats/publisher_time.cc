// What becomes of publishes that get no answer.

#include <algorithm>
#include <utility>

#include "walnats/base/strings.h"
#include "walnats/nats/publisher.h"

namespace walnats::nats {
namespace {

// Deadlines that take a walk over a queue are looked at no more often.
constexpr absl::Duration kTick = absl::Milliseconds(10);

}  // namespace

// Takes what was sent at `sent` or before out of the ring. It goes in front of
// what waits to be sent again: that was behind it the last time.
void Publisher::LoseUntil(absl::Time sent) {
  std::deque<Publication*> lost;
  for (; oldest_ < next_; ++oldest_) {
    Slot& slot = ring_[oldest_ & mask_];
    if (slot.number != oldest_) continue;
    if (slot.publication->progress.last_sent > sent) break;
    slot.number = 0;
    slot.publication->progress.copy_lost = true;
    if (slot.publication->expect.message_id.empty()) {
      Fail(*slot.publication,
           Error(absl::StatusCode::kUnknown, Act(slot.publication->message),
                 ": the answer was lost and it has no message id to send "
                 "again; it may be stored"));
    } else {
      lost.push_back(slot.publication);
    }
  }
  again_.insert(again_.begin(), lost.begin(), lost.end());
}

absl::Time Publisher::Deadline(const Publication& publication) {
  if (!publication.progress.copy_lost)
    return publication.progress.asked + publication.options.unsent_limit;
  // The tenth that is missing is the way to the server: a copy that arrives
  // after the duplicate window would be stored again.
  return publication.progress.first_sent +
         0.9 * publication.options.resolve_within;
}

void Publisher::Expire(std::deque<Publication*>& waiting, absl::Time now) {
  const auto expired = std::stable_partition(
      waiting.begin(), waiting.end(), [now](const Publication* publication) {
        return Deadline(*publication) > now;
      });
  for (auto one = expired; one != waiting.end(); ++one) {
    Publication& publication = **one;
    Fail(publication,
         publication.progress.copy_lost
             ? Error(absl::StatusCode::kUnknown, Act(publication.message),
                     ": the answer was lost and could not be resolved within "
                     "the duplicate window of ",
                     absl::FormatDuration(publication.options.resolve_within),
                     "; it may be stored")
             : Error(absl::StatusCode::kUnavailable, Act(publication.message),
                     ": could not be sent within ",
                     absl::FormatDuration(publication.options.unsent_limit)));
  }
  waiting.erase(expired, waiting.end());
}

void Publisher::ResumeDelayed(absl::Time now) {
  while (!delayed_.empty() &&
         delayed_.front()->progress.last_sent + options_.no_responders_delay <=
             now) {
    again_.push_back(delayed_.front());
    delayed_.pop_front();
  }
}

void Publisher::Release(const Publication& publication) {
  if (!publication.progress.sent) return;
  --in_flight_;
  in_flight_bytes_ -= publication.progress.bytes;
}

void Publisher::Fail(Publication& publication, absl::Status status) {
  Release(publication);
  failed_.push_back({&publication, std::move(status)});
  Arm(clock_.Now());
}

void Publisher::CompleteFailed() {
  std::deque<Failure> failed = std::exchange(failed_, {});
  for (Failure& failure : failed) {
    failure.publication->OnPublished(std::move(failure.status));
  }
}

void Publisher::Arm(absl::Time when) {
  if (!timer_.armed() || when < timer_.when()) timer_.Set(when);
}

void Publisher::ArmNext(absl::Time now) {
  while (oldest_ < next_ && ring_[oldest_ & mask_].number != oldest_) ++oldest_;
  if (oldest_ < next_) {
    Arm(ring_[oldest_ & mask_].publication->progress.last_sent +
        options_.answer_limit);
  }
  if (!delayed_.empty()) {
    Arm(delayed_.front()->progress.last_sent + options_.no_responders_delay);
  }
  absl::Time deadline = absl::InfiniteFuture();
  for (const std::deque<Publication*>* waiting : {&again_, &queue_}) {
    for (const Publication* publication : *waiting) {
      deadline = std::min(deadline, Deadline(*publication));
    }
  }
  if (deadline < absl::InfiniteFuture()) Arm(std::max(deadline, now + kTick));
}

void Publisher::OnTime() {
  const absl::Time now = clock_.Now();
  LoseUntil(now - options_.answer_limit);
  ResumeDelayed(now);
  Expire(again_, now);
  Expire(queue_, now);
  Pump(now);
  ArmNext(now);
  CompleteFailed();
}

}  // namespace walnats::nats
