// The verbs about deliveries: to flows, and how they are settled.

#include <algorithm>
#include <utility>

#include "walnats/base/strings.h"
#include "walnats/nats/jetstream.h"

namespace walnats::nats {

using transport::Delivery;
using transport::State;

std::unique_ptr<transport::Flow> JetStream::Open(
    const std::string& stream, const std::string& consumer,
    const transport::FlowOptions& options, transport::DeliverySink& sink) {
  return flows_.Open(stream, consumer, options, sink);
}

// A delivery that meets the end of our interest on its way is redelivered after
// ack_wait only. So the flows run dry first, for which half of the time is
// there.
Task<absl::Status> JetStream::StopDeliveries(absl::Duration limit) {
  const std::shared_ptr<JetStream*> self = self_;
  const absl::Time deadline = clock_.Now() + limit;
  const absl::Time dry = clock_.Now() + limit / 2;
  flows_.Stop();
  absl::Status back;
  uint64_t before = 0;
  do {
    before = flows_.received();
    back = co_await requests_.RoundTrip(deadline - clock_.Now());
  } while (back.ok() && flows_.received() != before && clock_.Now() < dry);
  if (*self == nullptr || state_ == State::kClosed) co_return back;
  flows_.EndInterest();
  if (back.ok()) back = co_await requests_.RoundTrip(deadline - clock_.Now());
  // With the connection the server has dropped the pulls.
  if (absl::IsUnavailable(back)) co_return absl::OkStatus();
  co_return Annotate(back, "stop deliveries");
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
