#include "walnats/nats/requests.h"

#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "walnats/base/strings.h"
#include "walnats/nats/no_responders.h"
#include "walnats/runtime/suspension.h"

namespace walnats::nats {

using transport::Message;

// Lives in the frame of the coroutine that waits.
struct Requests::Pending {
  absl::Duration limit;
  absl::Time deadline;
  absl::StatusOr<Message> answer;
  Suspension answered;
};

Requests::Requests(Wire& wire, TimerQueue& clock)
    : wire_(wire), clock_(clock), timer_(clock, [this] { OnTime(); }) {}

Requests::~Requests() { Close(); }

Task<absl::StatusOr<Message>> Requests::Request(transport::Outgoing message,
                                                absl::Duration limit) {
  if (closed_) co_return absl::FailedPreconditionError("closed");
  if (!wire_.up()) co_return absl::UnavailableError("not connected");
  const uint64_t number = ++last_number_;
  const std::string reply = Cat(wire_.inbox(), "r", absl::Hex(number));
  message.reply = reply;
  absl::Status sent = wire_.Publish(message);
  if (!sent.ok()) co_return sent;
  Pending pending;
  pending.limit = limit;
  pending.deadline = clock_.Now() + limit;
  const auto wait = [&] {
    pending_.emplace(number, &pending);
    deadlines_.emplace(pending.deadline, number);
    ArmNext();
  };
  co_await pending.answered.Wait(wait);
  if (pending.answer.ok() && IsNoResponders(*pending.answer)) {
    co_return absl::UnavailableError("no responders");
  }
  co_return std::move(pending.answer);
}

Task<absl::Status> Requests::RoundTrip(absl::Duration limit) {
  // The number that Request will take.
  const std::string subject =
      Cat(wire_.inbox(), "r", absl::Hex(last_number_ + 1));
  const transport::Outgoing echo{
      .subject = subject, .headers = {}, .body = {}, .reply = {}};
  absl::StatusOr<Message> back = co_await Request(echo, limit);
  co_return back.status();
}

void Requests::OnAnswer(std::string_view token, Message answer) {
  uint64_t number = 0;
  if (!absl::SimpleHexAtoi(ToAbsl(token), &number)) return;
  const auto found = pending_.find(number);
  if (found == pending_.end()) return;
  Pending& pending = *found->second;
  pending_.erase(found);
  deadlines_.erase({pending.deadline, number});
  pending.answer = std::move(answer);
  pending.answered.Resume();
}

void Requests::OnDown() {
  FailAll(absl::UnavailableError("the connection was lost before the answer"));
}

void Requests::Close() {
  closed_ = true;
  FailAll(absl::UnknownError("closed before the answer"));
}

// What a resumed coroutine does may end others' requests, or this table, but
// not a coroutine that still waits.
void Requests::FailAll(const absl::Status& status) {
  timer_.Cancel();
  std::vector<Pending*> failed;
  for (const auto& [deadline, number] : std::exchange(deadlines_, {})) {
    failed.push_back(pending_.at(number));
  }
  pending_.clear();
  for (Pending* pending : failed) {
    pending->answer = status;
    pending->answered.Resume();
  }
}

void Requests::OnTime() {
  const absl::Time now = clock_.Now();
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
void Requests::ArmNext() {
  if (deadlines_.empty()) return;
  const absl::Time first = deadlines_.begin()->first;
  if (!timer_.armed() || first < timer_.when()) timer_.Set(first);
}

}  // namespace walnats::nats
