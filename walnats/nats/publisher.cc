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

void Publisher::Publish(Publication& publication) {
  const absl::Time now = clock_.Now();
  const transport::Outgoing& message = publication.message;
  publication.progress = {
      .bytes = transport::PayloadSize(
          headers_.Build(message, publication.expect), message.body),
      .asked = now};
  absl::Status refusal = Refusal(publication);
  if (refusal.ok() && again_.empty() && queue_.empty() &&
      TrySend(publication, now)) {
    return;
  }
  if (refusal.ok() && !publication.options.wait) {
    refusal = sending_ ? Error(absl::StatusCode::kResourceExhausted,
                               Act(message), ": the publish window is full")
                       : Error(absl::StatusCode::kUnavailable, Act(message),
                               ": not connected");
  }
  if (!refusal.ok()) return Refuse(publication, std::move(refusal));
  queue_.push_back(&publication);
  Arm(now + publication.options.unsent_limit);
}

void Publisher::Refuse(Publication& publication, absl::Status status) {
  failed_.push_back({&publication, std::move(status)});
  Arm(clock_.Now());
}

absl::Status Publisher::Refusal(const Publication& publication) const {
  if (closed_) {
    return Error(absl::StatusCode::kFailedPrecondition,
                 Act(publication.message), ": closed");
  }
  if (max_payload_ > 0 && publication.progress.bytes > max_payload_) {
    return Error(
        absl::StatusCode::kFailedPrecondition, Act(publication.message),
        ": payload of ", publication.progress.bytes,
        " bytes with its headers over the server's limit of ", max_payload_);
  }
  const absl::Status headers = CheckHeaders(publication.message.headers);
  return headers.ok() ? headers : Annotate(headers, Act(publication.message));
}

bool Publisher::Room(const Publication& publication) const {
  if (!sending_ || !wire_.writable()) return false;
  if (ring_[next_ & mask_].number != 0) return false;
  if (publication.progress.sent) return true;  // it is counted already
  if (in_flight_ == 0) return true;
  return in_flight_ < options_.window_messages &&
         in_flight_bytes_ + publication.progress.bytes <= options_.window_bytes;
}

// False if it has to wait.
bool Publisher::TrySend(Publication& publication, absl::Time now) {
  if (!Room(publication)) return false;
  reply_.resize(reply_prefix_);
  absl::StrAppend(&reply_, absl::Hex(next_));
  transport::Outgoing outgoing = publication.message;
  outgoing.headers = headers_.Build(publication.message, publication.expect);
  outgoing.reply = reply_;
  absl::Status status = wire_.Publish(outgoing);
  if (absl::IsUnavailable(status)) return false;  // OnDown and OnUp will follow
  if (!publication.progress.sent) {
    publication.progress.sent = true;
    publication.progress.first_sent = now;
    ++in_flight_;
    in_flight_bytes_ += publication.progress.bytes;
  }
  if (!status.ok()) {
    if (publication.progress.copy_lost) {
      status = Error(absl::StatusCode::kUnknown, status.message(),
                     "; an earlier copy may be stored");
    }
    Fail(publication, std::move(status));
    return true;
  }
  publication.progress.last_sent = now;
  Slot& slot = ring_[next_ & mask_];
  slot.number = next_++;
  slot.publication = &publication;
  Arm(now + options_.answer_limit);
  return true;
}

void Publisher::Pump(absl::Time now) {
  if (!again_.empty()) Expire(again_, now);
  while (!again_.empty() && TrySend(*again_.front(), now)) again_.pop_front();
  if (!again_.empty()) return;
  while (!queue_.empty() && TrySend(*queue_.front(), now)) queue_.pop_front();
}

void Publisher::OnAnswer(std::string_view token, const Message& answer) {
  uint64_t number = 0;
  if (!absl::SimpleHexAtoi(ToAbsl(token), &number) || number == 0) return;
  Slot& slot = ring_[number & mask_];
  if (slot.number != number) return;
  slot.number = 0;
  Publication& publication = *slot.publication;
  absl::StatusOr<PubAck> outcome =
      IsNoResponders(answer)
          ? absl::UnavailableError("no stream takes it (no responders)")
          : ParsePubAck(answer.body());
  // Also a server that says so itself surely has not stored this copy.
  if (absl::IsUnavailable(outcome.status()) && RetryLater(publication)) return;
  if (!outcome.ok()) outcome = Explain(publication, outcome.status());
  Release(publication);
  if (!again_.empty() || !queue_.empty()) Pump(clock_.Now());
  publication.OnPublished(std::move(outcome));
}

bool Publisher::RetryLater(Publication& publication) {
  if (publication.progress.no_responders >= options_.no_responders_retries)
    return false;
  const absl::Time now = clock_.Now();
  publication.progress.last_sent = now;
  ++publication.progress.no_responders;
  delayed_.push_back(&publication);
  Arm(now + options_.no_responders_delay);
  return true;
}

absl::Status Publisher::Explain(const Publication& publication,
                                const absl::Status& refusal) {
  // The refusal is of this copy. A wrong sequence may be the trace of an
  // earlier one, and "surely not stored" would be said of both.
  if (publication.progress.copy_lost &&
      (absl::IsAborted(refusal) || absl::IsUnavailable(refusal))) {
    return Error(absl::StatusCode::kUnknown, Act(publication.message),
                 ": the answer was lost and the same message sent again, but ",
                 refusal.message(), "; the first copy may be stored");
  }
  return Annotate(refusal, Act(publication.message));
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
  std::deque<Publication*> open;
  for (uint64_t number = oldest_; number < next_; ++number) {
    Slot& slot = ring_[number & mask_];
    if (slot.number != number) continue;
    slot.number = 0;
    slot.publication->progress.copy_lost = true;
    open.push_back(slot.publication);
  }
  for (std::deque<Publication*>* waiting : {&again_, &delayed_, &queue_}) {
    open.insert(open.end(), waiting->begin(), waiting->end());
    waiting->clear();
  }
  for (Publication* const publication : open) {
    Fail(*publication,
         publication->progress.copy_lost
             ? Error(absl::StatusCode::kUnknown, Act(publication->message),
                     ": closed before the answer; it may be stored")
             : Error(absl::StatusCode::kFailedPrecondition,
                     Act(publication->message), ": closed before it left"));
  }
  CompleteFailed();
}

}  // namespace walnats::nats
