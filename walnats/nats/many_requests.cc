#include "walnats/nats/many_requests.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "walnats/base/strings.h"
#include "walnats/nats/pull_status.h"
#include "walnats/runtime/suspension.h"
#include "walnats/transport/server_error.h"

namespace walnats::nats {
namespace {

using transport::Message;
using transport::StoredMessage;
using Messages = std::vector<StoredMessage>;

// The server's own, in front of the stored message's.
constexpr std::string_view kSubject = "Nats-Subject";
constexpr std::string_view kSequence = "Nats-Sequence";
constexpr std::string_view kTime = "Nats-Time-Stamp";
constexpr std::string_view kAdded[] = {kSubject,
                                       kSequence,
                                       kTime,
                                       "Nats-Stream",
                                       "Nats-Num-Pending",
                                       "Nats-Last-Sequence",
                                       "Nats-UpTo-Sequence"};

absl::StatusOr<StoredMessage> ReadMessage(const Message& answer) {
  StoredMessage message;
  message.subject = answer.header(kSubject).value_or("");
  const std::string_view sequence = answer.header(kSequence).value_or("");
  const std::string_view time = answer.header(kTime).value_or("");
  if (message.subject.empty() ||
      !absl::SimpleAtoi(ToAbsl(sequence), &message.sequence) ||
      !absl::ParseTime(absl::RFC3339_full, ToAbsl(time), &message.time,
                       nullptr)) {
    return absl::InternalError("an answer without subject, sequence or time");
  }
  answer.VisitHeaders([&](const Header& header) {
    if (std::ranges::count(kAdded, header.name) > 0) return;
    message.headers.push_back(
        {std::string(header.name), std::string(header.value)});
  });
  message.body = answer.body();
  return message;
}

absl::Status StatusOf(const PullStatus& status) {
  switch (status.code) {
    case 204:  // the end
    case 404:  // there is none
      return absl::OkStatus();
    case 503:
      return absl::UnavailableError("no responders");
    default:
      return transport::ServerError(status.code, 0, status.description);
  }
}

}  // namespace

// Lives in the frame of the coroutine that waits.
struct ManyRequests::Pending {
  absl::Duration silence;
  absl::Status status;
  Messages messages;
  Suspension ended;
  Timer* timer = nullptr;
};

Task<absl::StatusOr<Messages>> ManyRequests::Request(
    transport::Outgoing message, absl::Duration silence) {
  if (closed_) co_return absl::FailedPreconditionError("closed");
  if (!wire_.up()) co_return absl::UnavailableError("not connected");
  const uint64_t number = ++last_number_;
  const std::string reply = Cat(wire_.inbox(), "m", absl::Hex(number));
  message.reply = reply;
  absl::Status sent = wire_.Publish(message);
  if (!sent.ok()) co_return sent;
  Pending pending;
  pending.silence = silence;
  Timer timer(clock_, [this, number, silence] {
    End(number, Error(absl::StatusCode::kDeadlineExceeded, "no answer within ",
                      absl::FormatDuration(silence)));
  });
  pending.timer = &timer;
  const auto wait = [&] {
    pending_.emplace(number, &pending);
    timer.Set(clock_.Now() + silence);
  };
  co_await pending.ended.Wait(wait);
  if (!pending.status.ok()) co_return pending.status;
  std::ranges::sort(pending.messages, {}, &StoredMessage::sequence);
  co_return std::move(pending.messages);
}

void ManyRequests::OnAnswer(std::string_view token, const Message& answer) {
  uint64_t number = 0;
  if (!absl::SimpleHexAtoi(ToAbsl(token), &number)) return;
  const auto found = pending_.find(number);
  if (found == pending_.end()) return;
  const std::optional<PullStatus> status = ParsePullStatus(answer);
  if (status) return End(number, StatusOf(*status));
  absl::StatusOr<StoredMessage> message = ReadMessage(answer);
  if (!message.ok()) return End(number, message.status());
  Pending& pending = *found->second;
  pending.messages.push_back(*std::move(message));
  pending.timer->Set(clock_.Now() + pending.silence);
}

void ManyRequests::End(uint64_t number, absl::Status status) {
  const auto found = pending_.find(number);
  Pending& pending = *found->second;
  pending_.erase(found);
  pending.timer->Cancel();
  pending.status = std::move(status);
  pending.ended.Resume();
}

void ManyRequests::OnDown() {
  FailAll(absl::UnavailableError("the connection was lost before the answer"));
}

void ManyRequests::Close() {
  closed_ = true;
  FailAll(absl::UnknownError("closed before the answer"));
}

// What a resumed coroutine does may end the table, but not a coroutine that
// still waits.
void ManyRequests::FailAll(const absl::Status& status) {
  for (const auto& [number, pending] : std::exchange(pending_, {})) {
    pending->timer->Cancel();
    pending->status = status;
    pending->ended.Resume();
  }
}

}  // namespace walnats::nats
