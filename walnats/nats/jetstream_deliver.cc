// The verbs about deliveries: to flows, and how they are settled.

#include <utility>

#include "walnats/base/strings.h"
#include "walnats/nats/jetstream.h"

namespace walnats::nats {

using transport::Delivery;
using transport::State;

namespace {

constexpr absl::Duration kRoundTrip = absl::Seconds(1);

// A backlog that stays so long is held back (max_ack_pending), or has gone to
// another process.
constexpr absl::Duration kQuiet = absl::Milliseconds(100);

}  // namespace

std::unique_ptr<transport::Flow> JetStream::Open(
    const std::string& stream, const std::string& consumer,
    const transport::FlowOptions& options, transport::DeliverySink& sink) {
  return flows_.Open(stream, consumer, options, sink);
}

Task<absl::Status> JetStream::StopDeliveries(absl::Duration limit) {
  const std::shared_ptr<JetStream*> self = self_;
  const absl::Time deadline = clock_.Now() + limit;
  flows_.Stop();
  absl::Status back = co_await RunDry(deadline - limit / 2);
  if (Ended(self)) co_return back;
  flows_.StopInterest();
  // Twice: the first answer may be handed over before the deliveries that came
  // in the same read.
  for (int i = 0; i < 2 && back.ok(); ++i) {
    back = co_await requests_.RoundTrip(deadline - clock_.Now());
    if (Ended(self)) co_return back;
  }
  flows_.EndInterest();
  // With the connection the server has dropped the pulls.
  if (absl::IsUnavailable(back)) co_return absl::OkStatus();
  co_return Annotate(back, "stop deliveries");
}

// A delivery that meets the end of our interest inside the server may be
// redelivered after ack_wait only, so what it is about to send is awaited.
Task<absl::Status> JetStream::RunDry(absl::Time until) {
  const std::shared_ptr<JetStream*> self = self_;
  absl::Time quiet_since = clock_.Now();
  for (;;) {
    const uint64_t before = flows_.received();
    absl::Status back =
        co_await requests_.RoundTrip(until - clock_.Now() + kRoundTrip);
    if (!back.ok()) co_return back;
    const absl::Time now = clock_.Now();
    const bool quiet = flows_.received() == before;
    if (!quiet) quiet_since = now;
    if (quiet && (flows_.dry() || now - quiet_since >= kQuiet)) co_return back;
    if (now >= until) co_return back;
    if (quiet) co_await clock_.Sleep(absl::Milliseconds(1));
    if (Ended(self)) co_return absl::UnknownError("closed");
  }
}

void JetStream::Settle(Delivery delivery, transport::Ack, absl::Time deadline) {
  if (state_ == State::kClosed) return;
  settlements_.Send(delivery.message().reply(), kAckBody, deadline);
}

void JetStream::Settle(Delivery delivery, transport::Nak nak,
                       absl::Time deadline) {
  if (state_ == State::kClosed) return;
  settlements_.Send(delivery.message().reply(), NakBody(nak), deadline);
}

void JetStream::Settle(Delivery delivery, transport::Term term,
                       absl::Time deadline) {
  if (state_ == State::kClosed) return;
  settlements_.Send(delivery.message().reply(),
                    TermBody(term, server_.features.term_reason), deadline);
}

Task<absl::Status> JetStream::AckSync(Delivery delivery) {
  const transport::Outgoing ack{.subject = delivery.message().reply(),
                                .headers = {},
                                .body = kAckBody,
                                .reply = {}};
  absl::StatusOr<transport::Message> answer =
      co_await requests_.Request(ack, options_.ack_sync_limit);
  const transport::DeliveryInfo& info = delivery.info();
  co_return Annotate(answer.status(), Cat("ack message ", info.stream_sequence,
                                          " of stream ", Quoted(info.stream)));
}

bool JetStream::InProgress(const Delivery& delivery) {
  if (state_ != State::kUp) return false;
  return wire_
      ->Publish({.subject = delivery.message().reply(),
                 .headers = {},
                 .body = kInProgressBody,
                 .reply = {}})
      .ok();
}

}  // namespace walnats::nats
