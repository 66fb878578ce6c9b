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
  Records lost;
  while (!sent_.empty() && sent_.begin()->second.last_sent <= sent) {
    Record record = sent_.extract(sent_.begin()).mapped();
    record.copy_lost = true;
    if (record.expect.message_id.empty()) {
      Fail(record, Error(StatusCode::kUnknown, Act(record),
                         ": the answer was lost and it has no message id to "
                         "send again; it may be stored"));
    } else {
      lost.push_back(record);
    }
  }
  again_.insert(again_.begin(), lost.begin(), lost.end());
}

absl::Time MemoryPublisher::Deadline(const Record& record) {
  if (!record.copy_lost) return record.asked + record.options.unsent_limit;
  // The tenth that is missing is the way to the server: a copy that arrives
  // after the duplicate window would be stored again.
  return record.first_sent + 0.9 * record.options.resolve_within;
}

void MemoryPublisher::Expire(Records& records) {
  const absl::Time now = link_.now();
  const auto expired = std::stable_partition(
      records.begin(), records.end(),
      [now](const Record& record) { return Deadline(record) > now; });
  for (auto record = expired; record != records.end(); ++record) {
    Fail(*record,
         record->copy_lost
             ? Error(StatusCode::kUnknown, Act(*record),
                     ": the answer was lost and could not be resolved within "
                     "the duplicate window of ",
                     absl::FormatDuration(record->options.resolve_within),
                     "; it may be stored")
             : Error(StatusCode::kUnavailable, Act(*record),
                     ": could not be sent within ",
                     absl::FormatDuration(record->options.unsent_limit)));
  }
  records.erase(expired, records.end());
}

void MemoryPublisher::ResumeDelayed() {
  while (!delayed_.empty() &&
         delayed_.front().last_sent + kNoRespondersDelay <= link_.now()) {
    again_.push_back(delayed_.front());
    delayed_.pop_front();
  }
}

void MemoryPublisher::Release(const Record& record) {
  if (!record.sent) return;
  --in_flight_;
  in_flight_bytes_ -= record.bytes;
}

void MemoryPublisher::Fail(const Record& record, absl::Status status) {
  Release(record);
  if (failed_.empty()) link_.Soon([this] { CompleteFailed(); });
  failed_.push_back({record.completion, std::move(status)});
}

void MemoryPublisher::CompleteFailed() {
  for (Failure& failure : std::exchange(failed_, {})) {
    failure.completion->OnPublished(std::move(failure.status));
  }
}

void MemoryPublisher::Arm(absl::Time when) {
  if (!timer_.armed() || when < timer_.when()) timer_.Set(when);
}

void MemoryPublisher::ArmNext() {
  if (!sent_.empty()) Arm(sent_.begin()->second.last_sent + kAnswerLimit);
  if (!delayed_.empty()) {
    Arm(delayed_.front().last_sent + kNoRespondersDelay);
  }
  absl::Time deadline = absl::InfiniteFuture();
  for (const Records* records : {&again_, &queue_}) {
    for (const Record& record : *records) {
      deadline = std::min(deadline, Deadline(record));
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
