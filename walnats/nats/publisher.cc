#include "walnats/nats/publisher.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "walnats/base/strings.h"
#include "walnats/nats/annotate.h"
#include "walnats/nats/api_json.h"
#include "walnats/nats/no_responders.h"

namespace walnats::nats {
namespace {

using transport::Message;
using transport::PubAck;

}  // namespace

std::string Publisher::Act(const transport::Outgoing& message) {
  return Cat("publish ", Quoted(message.subject));
}

Publisher::Publisher(Wire& wire, TimerQueue& clock,
                     const PublisherOptions& options)
    : wire_(wire),
      clock_(clock),
      options_(options),
      reply_(Cat(wire.inbox(), "p")),
      reply_prefix_(reply_.size()),
      ring_(2 * static_cast<std::size_t>(options.window_messages)),
      mask_(ring_.size() - 1),
      timer_(clock, [this] { OnTime(); }) {
  assert(options.window_messages > 0 && (ring_.size() & mask_) == 0);
}

Publisher::~Publisher() {
  Close();
  while (!failed_.empty()) CompleteFailed();
}

void Publisher::Publish(const transport::Outgoing& message,
                        const transport::Expect& expect,
                        const transport::PublishOptions& options,
                        transport::PublishCompletion& completion) {
  const absl::Time now = clock_.Now();
  Record record{.message = message,
                .expect = expect,
                .options = options,
                .completion = &completion,
                .asked = now};
  record.bytes =
      transport::PayloadSize(headers_.Build(message, expect), message.body);
  absl::Status refusal = Refusal(record);
  if (refusal.ok() && again_.empty() && queue_.empty() &&
      TrySend(record, now)) {
    return;
  }
  if (refusal.ok() && !options.wait) {
    refusal = sending_ ? Error(absl::StatusCode::kResourceExhausted,
                               Act(message), ": the publish window is full")
                       : Error(absl::StatusCode::kUnavailable, Act(message),
                               ": not connected");
  }
  if (!refusal.ok()) return Refuse(completion, std::move(refusal));
  queue_.push_back(record);
  Arm(now + options.unsent_limit);
}

void Publisher::Refuse(transport::PublishCompletion& completion,
                       absl::Status status) {
  failed_.push_back({&completion, std::move(status)});
  Arm(clock_.Now());
}

absl::Status Publisher::Refusal(const Record& record) const {
  if (closed_) {
    return Error(absl::StatusCode::kFailedPrecondition, Act(record.message),
                 ": closed");
  }
  if (max_payload_ > 0 && record.bytes > max_payload_) {
    return Error(absl::StatusCode::kFailedPrecondition, Act(record.message),
                 ": payload of ", record.bytes,
                 " bytes with its headers over the server's limit of ",
                 max_payload_);
  }
  const absl::Status headers = CheckHeaders(record.message.headers);
  return headers.ok() ? headers : Annotate(headers, Act(record.message));
}

bool Publisher::Room(const Record& record) const {
  if (!sending_ || !wire_.writable()) return false;
  if (ring_[next_ & mask_].number != 0) return false;
  if (record.sent) return true;  // it is counted already
  if (in_flight_ == 0) return true;
  return in_flight_ < options_.window_messages &&
         in_flight_bytes_ + record.bytes <= options_.window_bytes;
}

// False if it has to wait.
bool Publisher::TrySend(Record& record, absl::Time now) {
  if (!Room(record)) return false;
  reply_.resize(reply_prefix_);
  absl::StrAppend(&reply_, absl::Hex(next_));
  transport::Outgoing outgoing = record.message;
  outgoing.headers = headers_.Build(record.message, record.expect);
  outgoing.reply = reply_;
  absl::Status status = wire_.Publish(outgoing);
  if (absl::IsUnavailable(status)) return false;  // OnDown and OnUp will follow
  if (!record.sent) {
    record.sent = true;
    record.first_sent = now;
    ++in_flight_;
    in_flight_bytes_ += record.bytes;
  }
  if (!status.ok()) {
    if (record.copy_lost) {
      status = Error(absl::StatusCode::kUnknown, status.message(),
                     "; an earlier copy may be stored");
    }
    Fail(record, std::move(status));
    return true;
  }
  record.last_sent = now;
  Slot& slot = ring_[next_ & mask_];
  slot.number = next_++;
  slot.record = record;
  Arm(now + options_.answer_limit);
  return true;
}

void Publisher::Pump(absl::Time now) {
  if (!again_.empty()) Expire(again_, now);
  while (!again_.empty() && TrySend(again_.front(), now)) again_.pop_front();
  if (!again_.empty()) return;
  while (!queue_.empty() && TrySend(queue_.front(), now)) queue_.pop_front();
}

void Publisher::OnAnswer(std::string_view token, const Message& answer) {
  uint64_t number = 0;
  if (!absl::SimpleHexAtoi(ToAbsl(token), &number) || number == 0) return;
  Slot& slot = ring_[number & mask_];
  if (slot.number != number) return;
  slot.number = 0;
  absl::StatusOr<PubAck> outcome =
      IsNoResponders(answer)
          ? absl::UnavailableError("no stream takes it (no responders)")
          : ParsePubAck(answer.body());
  // Also a server that says so itself surely has not stored this copy.
  if (absl::IsUnavailable(outcome.status()) && RetryLater(slot.record)) return;
  if (!outcome.ok()) outcome = Explain(slot.record, outcome.status());
  transport::PublishCompletion& completion = *slot.record.completion;
  Release(slot.record);
  if (!again_.empty() || !queue_.empty()) Pump(clock_.Now());
  completion.OnPublished(std::move(outcome));
}

bool Publisher::RetryLater(const Record& record) {
  if (record.no_responders >= options_.no_responders_retries) return false;
  const absl::Time now = clock_.Now();
  delayed_.push_back(record);
  delayed_.back().last_sent = now;
  ++delayed_.back().no_responders;
  Arm(now + options_.no_responders_delay);
  return true;
}

absl::Status Publisher::Explain(const Record& record,
                                const absl::Status& refusal) {
  // The refusal is of this copy. A wrong sequence may be the trace of an
  // earlier one, and "surely not stored" would be said of both.
  if (record.copy_lost &&
      (absl::IsAborted(refusal) || absl::IsUnavailable(refusal))) {
    return Error(absl::StatusCode::kUnknown, Act(record.message),
                 ": the answer was lost and the same message sent again, but ",
                 refusal.message(), "; the first copy may be stored");
  }
  return Annotate(refusal, Act(record.message));
}

void Publisher::OnUp() {
  sending_ = true;
  max_payload_ = wire_.server().max_payload;
  Pump(clock_.Now());
}

void Publisher::OnDown() {
  sending_ = false;
  LoseUntil(absl::InfiniteFuture());
  ArmNext(clock_.Now());
}

void Publisher::OnWritable() { Pump(clock_.Now()); }

void Publisher::OnLameDuck() { sending_ = false; }

void Publisher::Close() {
  if (closed_) return;
  closed_ = true;
  sending_ = false;
  std::deque<Record> open;
  for (uint64_t number = oldest_; number < next_; ++number) {
    Slot& slot = ring_[number & mask_];
    if (slot.number != number) continue;
    slot.number = 0;
    slot.record.copy_lost = true;
    open.push_back(slot.record);
  }
  for (std::deque<Record>* records : {&again_, &delayed_, &queue_}) {
    open.insert(open.end(), records->begin(), records->end());
    records->clear();
  }
  for (const Record& record : open) {
    Fail(record, record.copy_lost
                     ? Error(absl::StatusCode::kUnknown, Act(record.message),
                             ": closed before the answer; it may be stored")
                     : Error(absl::StatusCode::kFailedPrecondition,
                             Act(record.message), ": closed before it left"));
  }
  CompleteFailed();
}

}  // namespace walnats::nats
