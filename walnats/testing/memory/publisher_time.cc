// What becomes of publishes that get no answer.

#include <algorithm>
#include <utility>

#include "walnats/base/strings.h"
#include "walnats/testing/memory/publisher.h"

namespace walnats::testing {
namespace {

using absl::StatusCode;

// Deadlines that take a walk over a queue are looked at no more often.
constexpr absl::Duration kTick = absl::Milliseconds(10);

}  // namespace

// What was sent at `sent` or before. It goes in front of what waits to be sent
// again: that was behind it the last time.
void MemoryPublisher::LoseUntil(absl::Time sent) {
  Publications lost;
  while (!sent_.empty() && sent_.begin()->second->progress.last_sent <= sent) {
    Publication& publication = *sent_.extract(sent_.begin()).mapped();
    publication.progress.copy_lost = true;
    if (publication.expect.message_id.empty()) {
      Fail(publication,
           Error(StatusCode::kUnknown, Act(publication),
                 ": the answer was lost and it has no message id to "
                 "send again; it may be stored"));
    } else {
      lost.push_back(&publication);
    }
  }
  again_.insert(again_.begin(), lost.begin(), lost.end());
}

absl::Time MemoryPublisher::Deadline(const Publication& publication) {
  if (!publication.progress.copy_lost)
    return publication.progress.asked + publication.options.unsent_limit;
  // The tenth that is missing is the way to the server: a copy that arrives
  // after the duplicate window would be stored again.
  return publication.progress.first_sent +
         0.9 * publication.options.resolve_within;
}

void MemoryPublisher::Expire(Publications& waiting) {
  const absl::Time now = link_.now();
  const auto expired = std::stable_partition(
      waiting.begin(), waiting.end(),
      [now](const Publication* one) { return Deadline(*one) > now; });
  for (auto one = expired; one != waiting.end(); ++one) {
    Publication& publication = **one;
    Fail(publication,
         publication.progress.copy_lost
             ? Error(StatusCode::kUnknown, Act(publication),
                     ": the answer was lost and could not be resolved within "
                     "the duplicate window of ",
                     absl::FormatDuration(publication.options.resolve_within),
                     "; it may be stored")
             : Error(StatusCode::kUnavailable, Act(publication),
                     ": could not be sent within ",
                     absl::FormatDuration(publication.options.unsent_limit)));
  }
  waiting.erase(expired, waiting.end());
}

void MemoryPublisher::ResumeDelayed() {
  while (!delayed_.empty() &&
         delayed_.front()->progress.last_sent + kNoRespondersDelay <=
             link_.now()) {
    again_.push_back(delayed_.front());
    delayed_.pop_front();
  }
}

void MemoryPublisher::Release(const Publication& publication) {
  if (!publication.progress.sent) return;
  --in_flight_;
  in_flight_bytes_ -= publication.progress.bytes;
}

void MemoryPublisher::Fail(Publication& publication, absl::Status status) {
  Release(publication);
  if (failed_.empty()) link_.Soon([this] { CompleteFailed(); });
  failed_.push_back({&publication, std::move(status)});
}

void MemoryPublisher::CompleteFailed() {
  for (Failure& failure : std::exchange(failed_, {})) {
    failure.publication->OnPublished(std::move(failure.status));
  }
}

void MemoryPublisher::Arm(absl::Time when) {
  if (!timer_.armed() || when < timer_.when()) timer_.Set(when);
}

void MemoryPublisher::ArmNext() {
  if (!sent_.empty())
    Arm(sent_.begin()->second->progress.last_sent + kAnswerLimit);
  if (!delayed_.empty()) {
    Arm(delayed_.front()->progress.last_sent + kNoRespondersDelay);
  }
  absl::Time deadline = absl::InfiniteFuture();
  for (const Publications* waiting : {&again_, &queue_}) {
    for (const Publication* publication : *waiting) {
      deadline = std::min(deadline, Deadline(*publication));
    }
  }
  if (deadline < absl::InfiniteFuture()) {
    Arm(std::max(deadline, link_.now() + kTick));
  }
}

void MemoryPublisher::OnTime() {
  LoseUntil(link_.now() - kAnswerLimit);
  ResumeDelayed();
  Expire(again_);
  Expire(queue_);
  SendWaiting();
  ArmNext();
}

}  // namespace walnats::testing
