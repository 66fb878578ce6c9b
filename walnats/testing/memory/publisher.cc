#include "walnats/testing/memory/publisher.h"

#include <utility>
#include <vector>

#include "walnats/base/strings.h"
#include "walnats/event/headers.h"
#include "walnats/testing/memory/requests.h"

namespace walnats::testing {
namespace {

using absl::StatusCode;
using transport::PubAck;

constexpr int kWindowMessages = 4096;
constexpr int64_t kWindowBytes = 16 << 20;
constexpr int kNoRespondersRetries = 2;

model::Answer<PubAck> ReadAnswer(const StreamAnswer& answer) {
  if (!answer.ok()) return answer.refusal();
  if (const auto* stored = std::get_if<model::Published>(&*answer)) {
    return stored->ack;
  }
  return model::Refusal{.description = "no stream or no sequence"};
}

}  // namespace

MemoryPublisher::MemoryPublisher(MemoryLink& link)
    : link_(link), timer_(link.clock(), [this] { OnTime(); }) {}

MemoryPublisher::~MemoryPublisher() {
  Close();
  while (!failed_.empty()) CompleteFailed();
}

std::string MemoryPublisher::Act(const Record& record) {
  return Cat("publish ", Quoted(record.message.subject));
}

void MemoryPublisher::Publish(const transport::Outgoing& message,
                              const transport::Expect& expect,
                              const transport::PublishOptions& options,
                              transport::PublishCompletion& completion) {
  Record record{.message = message,
                .expect = expect,
                .options = options,
                .completion = &completion,
                .asked = link_.now()};
  record.bytes =
      transport::PayloadSize(headers_.Build(message, expect), message.body);
  absl::Status refusal = Refusal(record);
  if (refusal.ok() && again_.empty() && queue_.empty() && TrySend(record)) {
    return;
  }
  if (refusal.ok() && !options.wait) {
    refusal = link_.up() ? Error(StatusCode::kResourceExhausted, Act(record),
                                 ": the publish window is full")
                         : Error(StatusCode::kUnavailable, Act(record),
                                 ": not connected");
  }
  if (!refusal.ok()) {
    Fail(record, std::move(refusal));
    return;
  }
  queue_.push_back(record);
  Arm(link_.now() + options.unsent_limit);
}

absl::Status MemoryPublisher::Refusal(const Record& record) const {
  const int64_t limit = link_.broker().info().max_payload;
  if (closed_) {
    return Error(StatusCode::kFailedPrecondition, Act(record), ": closed");
  }
  if (record.bytes > limit) {
    return Error(StatusCode::kFailedPrecondition, Act(record), ": payload of ",
                 record.bytes,
                 " bytes with its headers over the server's limit of ", limit);
  }
  const std::string_view expected = record.expect.subject;
  if (!expected.empty() && !model::Has(link_.broker().version(),
                                       model::Difference::kExpectedSubject)) {
    return Error(StatusCode::kFailedPrecondition, Act(record), ": nats-server ",
                 link_.broker().info().version, " cannot expect a sequence of ",
                 Quoted(expected));
  }
  const absl::Status headers = CheckHeaders(record.message.headers);
  return headers.ok() ? headers : Annotate(headers, Act(record));
}

bool MemoryPublisher::Room(const Record& record) const {
  if (!link_.up()) return false;
  if (record.sent || in_flight_ == 0) return true;
  return in_flight_ < kWindowMessages &&
         in_flight_bytes_ + record.bytes <= kWindowBytes;
}

// False if it has to wait.
bool MemoryPublisher::TrySend(Record& record) {
  if (!Room(record)) return false;
  const std::string reply =
      Cat(link_.inbox(), "p", absl::Hex(last_number_ + 1));
  transport::Outgoing outgoing = record.message;
  outgoing.headers = headers_.Build(record.message, record.expect);
  outgoing.reply = reply;
  absl::StatusOr<Carried> carried = link_.Publish(outgoing);
  if (!record.sent) {
    record.sent = true;
    record.first_sent = link_.now();
    ++in_flight_;
    in_flight_bytes_ += record.bytes;
  }
  if (!carried.ok()) {
    Fail(record, carried.status());
    return true;
  }
  record.last_sent = link_.now();
  Await(record, *std::move(carried));
  link_.broker().Pump();
  return true;
}

// The answer of the stream comes before what consumers make of the message.
void MemoryPublisher::Await(const Record& record, Carried carried) {
  const uint64_t number = ++last_number_;
  sent_.emplace(number, record);
  Arm(record.last_sent + kAnswerLimit);
  if (carried.received && !carried.answer) return;  // silence
  Outcome outcome =
      carried.answer
          ? ReadAnswer(*carried.answer)
          : model::Refusal{.http_code = 503,
                           .description = "no stream takes it (no responders)"};
  link_.FromServer([this, number, outcome = std::move(outcome)] {
    OnAnswer(number, outcome);
  });
}

void MemoryPublisher::SendWaiting() {
  if (!again_.empty()) Expire(again_);
  while (!again_.empty() && TrySend(again_.front())) again_.pop_front();
  if (!again_.empty()) return;
  while (!queue_.empty() && TrySend(queue_.front())) queue_.pop_front();
}

void MemoryPublisher::OnAnswer(uint64_t number, const Outcome& outcome) {
  auto node = sent_.extract(number);
  if (node.empty()) return;
  const Record& record = node.mapped();
  absl::StatusOr<PubAck> result = PubAck();
  if (outcome.ok()) {
    result = *outcome;
  } else {
    result = Explain(record, outcome.refusal());
    // Also a server that says so itself surely has not stored this copy.
    const absl::Status plain = model::ToStatus(outcome.refusal(), "");
    if (absl::IsUnavailable(plain) && RetryLater(record)) return;
  }
  Release(record);
  if (!again_.empty() || !queue_.empty()) SendWaiting();
  record.completion->OnPublished(std::move(result));
}

bool MemoryPublisher::RetryLater(const Record& record) {
  if (record.no_responders >= kNoRespondersRetries) return false;
  delayed_.push_back(record);
  delayed_.back().last_sent = link_.now();
  ++delayed_.back().no_responders;
  Arm(link_.now() + kNoRespondersDelay);
  return true;
}

absl::Status MemoryPublisher::Explain(const Record& record,
                                      const model::Refusal& refusal) {
  absl::Status status = model::ToStatus(refusal, Act(record));
  // The refusal is of this copy. A wrong sequence may be the trace of an
  // earlier one, and "surely not stored" would be said of both.
  if (record.copy_lost &&
      (absl::IsAborted(status) || absl::IsUnavailable(status))) {
    return Error(StatusCode::kUnknown, Act(record),
                 ": the answer was lost and the same message sent again, but ",
                 refusal.description, "; the first copy may be stored");
  }
  return status;
}

void MemoryPublisher::OnUp() { SendWaiting(); }

void MemoryPublisher::OnDown() {
  LoseUntil(absl::InfiniteFuture());
  ArmNext();
}

void MemoryPublisher::Close() {
  if (std::exchange(closed_, true)) return;
  timer_.Cancel();
  std::vector<Record> open;
  for (auto& [number, record] : std::exchange(sent_, {})) {
    record.copy_lost = true;
    open.push_back(record);
  }
  for (Records* records : {&again_, &delayed_, &queue_}) {
    open.insert(open.end(), records->begin(), records->end());
    records->clear();
  }
  for (const Record& record : open) {
    Fail(record, record.copy_lost
                     ? Error(StatusCode::kUnknown, Act(record),
                             ": closed before the answer; it may be stored")
                     : Error(StatusCode::kFailedPrecondition, Act(record),
                             ": closed before it left"));
  }
}

}  // namespace walnats::testing
