#include "walnats/testing/memory/requests.h"

#include <string>

#include "absl/strings/numbers.h"
#include "walnats/base/strings.h"
#include "walnats/runtime/suspension.h"

namespace walnats::testing {

using transport::Message;

absl::Status Annotate(const absl::Status& status, std::string_view act) {
  if (status.ok()) return status;
  return Error(status.code(), act, ": ", ToStd(status.message()));
}

// Lives in the frame of the coroutine that waits.
struct MemoryRequests::Pending {
  absl::Duration limit;
  absl::Time deadline;
  absl::StatusOr<Message> answer;
  Suspension answered;
};

MemoryRequests::MemoryRequests(MemoryLink& link)
    : link_(link), timer_(link.clock(), [this] { OnTime(); }) {}

MemoryRequests::~MemoryRequests() {
  Close();
  ResumeFailed();
}

absl::Status MemoryRequests::Ready() const {
  if (closed_) return absl::FailedPreconditionError("closed");
  if (!link_.up()) return absl::UnavailableError("not connected");
  return absl::OkStatus();
}

Task<absl::StatusOr<Message>> MemoryRequests::Request(
    transport::Outgoing message, absl::Duration limit) {
  absl::Status ready = Ready();
  if (!ready.ok()) co_return ready;
  const uint64_t number = ++last_number_;
  const std::string reply = Cat(link_.inbox(), "r", absl::Hex(number));
  message.reply = reply;
  const absl::StatusOr<Carried> carried = link_.Publish(message);
  if (!carried.ok()) co_return carried.status();
  link_.broker().Answer(*carried, reply);
  link_.broker().Pump();
  if (!carried->heard()) {
    absl::Status back = co_await Turn();
    if (!back.ok()) co_return back;
    co_return absl::UnavailableError("no responders");
  }
  co_return co_await Await(number, limit);
}

Task<absl::Status> MemoryRequests::Turn() {
  absl::Status ready = Ready();
  if (!ready.ok()) co_return ready;
  const uint64_t number = ++last_number_;
  link_.FromServer([this, number] { End(number, Message()); });
  absl::StatusOr<Message> answer =
      co_await Await(number, absl::InfiniteDuration());
  co_return answer.status();
}

Task<absl::Status> MemoryRequests::Silence(absl::Duration limit) {
  absl::Status ready = Ready();
  if (!ready.ok()) co_return ready;
  absl::StatusOr<Message> answer = co_await Await(++last_number_, limit);
  co_return answer.status();
}

Task<void> MemoryRequests::Told() {
  Pending pending;
  const auto wait = [&] { ResumeSoon(pending); };
  co_await pending.answered.Wait(wait);
}

Task<absl::StatusOr<Message>> MemoryRequests::Await(uint64_t number,
                                                    absl::Duration limit) {
  Pending pending;
  pending.limit = limit;
  pending.deadline = link_.now() + limit;
  const auto wait = [&] {
    pending_.emplace(number, &pending);
    deadlines_.emplace(pending.deadline, number);
    ArmNext();
  };
  co_await pending.answered.Wait(wait);
  co_return std::move(pending.answer);
}

void MemoryRequests::OnAnswer(std::string_view token, Message answer) {
  uint64_t number = 0;
  if (absl::SimpleHexAtoi(ToAbsl(token), &number)) {
    End(number, std::move(answer));
  }
}

void MemoryRequests::End(uint64_t number, absl::StatusOr<Message> answer) {
  const auto found = pending_.find(number);
  if (found == pending_.end()) return;
  Pending& pending = *found->second;
  pending_.erase(found);
  deadlines_.erase({pending.deadline, number});
  pending.answer = std::move(answer);
  pending.answered.Resume();
}

void MemoryRequests::OnDown() {
  FailAll(absl::UnavailableError("the connection was lost before the answer"));
}

void MemoryRequests::Close() {
  closed_ = true;
  FailAll(absl::UnknownError("closed before the answer"));
}

void MemoryRequests::FailAll(const absl::Status& status) {
  timer_.Cancel();
  for (const auto& [deadline, number] : std::exchange(deadlines_, {})) {
    Pending& pending = *pending_.at(number);
    pending.answer = status;
    ResumeSoon(pending);
  }
  pending_.clear();
}

void MemoryRequests::ResumeSoon(Pending& pending) {
  if (failed_.empty()) link_.Soon([this] { ResumeFailed(); });
  failed_.push_back(&pending);
}

// What a resumed coroutine does may end others' requests, or this table, but
// not a coroutine that still waits.
void MemoryRequests::ResumeFailed() {
  for (Pending* pending : std::exchange(failed_, {})) {
    pending->answered.Resume();
  }
}

void MemoryRequests::OnTime() {
  const absl::Time now = link_.now();
  std::vector<Pending*> late;
  while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
    const auto found = pending_.find(deadlines_.begin()->second);
    late.push_back(found->second);
    pending_.erase(found);
    deadlines_.erase(deadlines_.begin());
  }
  ArmNext();
  for (Pending* pending : late) {
    pending->answer =
        Error(absl::StatusCode::kDeadlineExceeded, "no answer within ",
              absl::FormatDuration(pending->limit));
    pending->answered.Resume();
  }
}

// The timer may stand earlier than needed, never later.
void MemoryRequests::ArmNext() {
  if (deadlines_.empty()) return;
  const absl::Time first = deadlines_.begin()->first;
  if (first == absl::InfiniteFuture()) return;
  if (!timer_.armed() || first < timer_.when()) timer_.Set(first);
}

}  // namespace walnats::testing
