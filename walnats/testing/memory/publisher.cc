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

std::string MemoryPublisher::Act(const Publication& publication) {
  return Cat("publish ", Quoted(publication.message.subject));
}

void MemoryPublisher::Publish(Publication& publication) {
  publication.progress = {
      .bytes = transport::PayloadSize(
          headers_.Build(publication.message, publication.expect),
          publication.message.body),
      .asked = link_.now()};
  absl::Status refusal = Refusal(publication);
  if (refusal.ok() && again_.empty() && queue_.empty() &&
      TrySend(publication)) {
    return;
  }
  if (refusal.ok() && !publication.options.wait) {
    refusal = link_.up()
                  ? Error(StatusCode::kResourceExhausted, Act(publication),
                          ": the publish window is full")
                  : Error(StatusCode::kUnavailable, Act(publication),
                          ": not connected");
  }
  if (!refusal.ok()) {
    Fail(publication, std::move(refusal));
    return;
  }
  queue_.push_back(&publication);
  Arm(link_.now() + publication.options.unsent_limit);
}

absl::Status MemoryPublisher::Refusal(const Publication& publication) const {
  const int64_t limit = link_.broker().info().max_payload;
  if (closed_) {
    return Error(StatusCode::kFailedPrecondition, Act(publication), ": closed");
  }
  if (publication.progress.bytes > limit) {
    return Error(StatusCode::kFailedPrecondition, Act(publication),
                 ": payload of ", publication.progress.bytes,
                 " bytes with its headers over the server's limit of ", limit);
  }
  const std::string_view expected = publication.expect.subject;
  if (!expected.empty() && !model::Has(link_.broker().version(),
                                       model::Difference::kExpectedSubject)) {
    return Error(StatusCode::kFailedPrecondition, Act(publication),
                 ": nats-server ", link_.broker().info().version,
                 " cannot expect a sequence of ", Quoted(expected));
  }
  const absl::Status headers = CheckHeaders(publication.message.headers);
  return headers.ok() ? headers : Annotate(headers, Act(publication));
}

bool MemoryPublisher::Room(const Publication& publication) const {
  if (!link_.up()) return false;
  if (publication.progress.sent || in_flight_ == 0) return true;
  return in_flight_ < kWindowMessages &&
         in_flight_bytes_ + publication.progress.bytes <= kWindowBytes;
}

// False if it has to wait.
bool MemoryPublisher::TrySend(Publication& publication) {
  if (!Room(publication)) return false;
  const std::string reply =
      Cat(link_.inbox(), "p", absl::Hex(last_number_ + 1));
  transport::Outgoing outgoing = publication.message;
  outgoing.headers = headers_.Build(publication.message, publication.expect);
  outgoing.reply = reply;
  absl::StatusOr<Carried> carried = link_.Publish(outgoing);
  if (!publication.progress.sent) {
    publication.progress.sent = true;
    publication.progress.first_sent = link_.now();
    ++in_flight_;
    in_flight_bytes_ += publication.progress.bytes;
  }
  if (!carried.ok()) {
    Fail(publication, carried.status());
    return true;
  }
  publication.progress.last_sent = link_.now();
  Await(publication, *std::move(carried));
  link_.broker().Pump();
  return true;
}

// The answer of the stream comes before what consumers make of the message.
void MemoryPublisher::Await(Publication& publication, Carried carried) {
  const uint64_t number = ++last_number_;
  sent_.emplace(number, &publication);
  Arm(publication.progress.last_sent + kAnswerLimit);
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
  while (!again_.empty() && TrySend(*again_.front())) again_.pop_front();
  if (!again_.empty()) return;
  while (!queue_.empty() && TrySend(*queue_.front())) queue_.pop_front();
}

void MemoryPublisher::OnAnswer(uint64_t number, const Outcome& outcome) {
  auto node = sent_.extract(number);
  if (node.empty()) return;
  Publication& publication = *node.mapped();
  absl::StatusOr<PubAck> result = PubAck();
  if (outcome.ok()) {
    result = *outcome;
  } else {
    result = Explain(publication, outcome.refusal());
    // Also a server that says so itself surely has not stored this copy.
    const absl::Status plain = model::ToStatus(outcome.refusal(), "");
    if (absl::IsUnavailable(plain) && RetryLater(publication)) return;
  }
  Release(publication);
  if (!again_.empty() || !queue_.empty()) SendWaiting();
  publication.OnPublished(std::move(result));
}

bool MemoryPublisher::RetryLater(Publication& publication) {
  if (publication.progress.no_responders >= kNoRespondersRetries) return false;
  publication.progress.last_sent = link_.now();
  ++publication.progress.no_responders;
  delayed_.push_back(&publication);
  Arm(link_.now() + kNoRespondersDelay);
  return true;
}

absl::Status MemoryPublisher::Explain(const Publication& publication,
                                      const model::Refusal& refusal) {
  absl::Status status = model::ToStatus(refusal, Act(publication));
  // The refusal is of this copy. A wrong sequence may be the trace of an
  // earlier one, and "surely not stored" would be said of both.
  if (publication.progress.copy_lost &&
      (absl::IsAborted(status) || absl::IsUnavailable(status))) {
    return Error(StatusCode::kUnknown, Act(publication),
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
  std::vector<Publication*> open;
  for (const auto& [number, publication] : std::exchange(sent_, {})) {
    publication->progress.copy_lost = true;
    open.push_back(publication);
  }
  for (Publications* waiting : {&again_, &delayed_, &queue_}) {
    open.insert(open.end(), waiting->begin(), waiting->end());
    waiting->clear();
  }
  for (Publication* publication : open) {
    Fail(*publication,
         publication->progress.copy_lost
             ? Error(StatusCode::kUnknown, Act(*publication),
                     ": closed before the answer; it may be stored")
             : Error(StatusCode::kFailedPrecondition, Act(*publication),
                     ": closed before it left"));
  }
}

}  // namespace walnats::testing
