// The verbs about deliveries: to flows, and how they are settled.

#include <algorithm>
#include <utility>

#include "walnats/base/strings.h"
#include "walnats/testing/memory/message.h"
#include "walnats/testing/memory/transport.h"

namespace walnats::testing {
namespace {

using transport::Delivery;
using transport::State;

constexpr absl::Duration kAckSyncLimit = absl::Seconds(5);

}  // namespace

std::unique_ptr<transport::Flow> MemoryTransport::Open(
    const std::string& stream, const std::string& consumer,
    const transport::FlowOptions& options, transport::DeliverySink& sink) {
  return flows_.Open(stream, consumer, options, sink);
}

// What was on its way comes with the first turn, and its OnIdle before the
// second.
Task<absl::Status> MemoryTransport::StopDeliveries(absl::Duration) {
  const std::shared_ptr<MemoryTransport*> self = self_;
  flows_.Stop();
  absl::Status back = absl::OkStatus();
  for (int i = 0; i < 2 && back.ok(); ++i) {
    back = co_await requests_.Turn();
    if (Ended(self) && back.ok()) back = absl::UnknownError("closed");
    if (Ended(self)) co_return Annotate(back, "stop deliveries");
  }
  // With the connection the server has dropped the pulls.
  if (absl::IsUnavailable(back)) co_return absl::OkStatus();
  co_return Annotate(back, "stop deliveries");
}

void MemoryTransport::Settle(Delivery delivery, transport::Ack ack,
                             absl::Time deadline) {
  if (state_ == State::kClosed) return;
  settlements_.Send(IdOf(delivery), ack, deadline);
}

void MemoryTransport::Settle(Delivery delivery, transport::Nak nak,
                             absl::Time deadline) {
  if (state_ == State::kClosed) return;
  nak.delay = std::max(nak.delay, absl::ZeroDuration());
  settlements_.Send(IdOf(delivery), nak, deadline);
}

// A server without reasons ignores a Term that has one.
void MemoryTransport::Settle(Delivery delivery, transport::Term term,
                             absl::Time deadline) {
  if (state_ == State::kClosed) return;
  if (!server().features.term_reason) term.reason = {};
  settlements_.Send(IdOf(delivery), term, deadline);
}

Task<absl::Status> MemoryTransport::AckSync(Delivery delivery) {
  const transport::DeliveryInfo& info = delivery.info();
  const std::string act = Cat("ack message ", info.stream_sequence,
                              " of stream ", Quoted(info.stream));
  absl::Status status = requests_.Ready();
  if (!status.ok()) co_return Annotate(status, act);
  const Settled settled = broker_.Settle(IdOf(delivery), transport::Ack());
  if (settled == Settled::kDropped) {
    status = co_await requests_.Silence(kAckSyncLimit);
  } else {
    status = co_await requests_.Turn();
  }
  if (status.ok() && settled == Settled::kNoConsumer) {
    status = absl::UnavailableError("no responders");
  }
  co_return Annotate(status, act);
}

bool MemoryTransport::InProgress(const Delivery& delivery) {
  if (state_ != State::kUp) return false;
  broker_.Settle(IdOf(delivery), model::InProgress());
  return true;
}

}  // namespace walnats::testing
