#include "tests/fakes/fake_transport.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "walnats/base/strings.h"
#include "walnats/transport/owned_message.h"

namespace walnats::testing {

using transport::Delivery;
using transport::PubAck;

namespace {

[[noreturn]] void Die(std::string_view why) {
  std::fprintf(stderr, "FakeTransport: %s\n", std::string(why).c_str());
  std::abort();
}

template <class Result>
Task<Result> Lacks(std::string verb) {
  co_return Error(absl::StatusCode::kUnimplemented,
                  "the fake transport has no ", verb);
}

Published Copy(const transport::Outgoing& message) {
  Published copy;
  copy.subject = message.subject;
  copy.reply = message.reply;
  copy.body = message.body;
  for (const Header& header : message.headers) {
    copy.headers.push_back(
        {std::string(header.name), std::string(header.value)});
  }
  return copy;
}

Settlement Describe(Settlement::Kind kind, const Delivery& delivery,
                    absl::Time deadline) {
  const transport::DeliveryInfo& info = delivery.info();
  Settlement settlement;
  settlement.kind = kind;
  settlement.consumer = info.consumer;
  settlement.sequence = info.stream_sequence;
  settlement.delivered = info.delivered;
  settlement.deadline = deadline;
  // Most of all, a delivery is settled once.
  if (!delivery.message().owns()) {
    Die(Cat("message ", info.stream_sequence, " was settled before"));
  }
  return settlement;
}

}  // namespace

std::optional<std::string> Published::header(std::string_view name) const {
  for (const transport::StoredHeader& header : headers) {
    if (header.name == name) return header.value;
  }
  return std::nullopt;
}

// ---- flows

class FakeFlow::Handle : public transport::Flow {
 public:
  explicit Handle(std::shared_ptr<FakeFlow> flow) : flow_(std::move(flow)) {}
  ~Handle() override { flow_->open_ = false; }
  void Want(int count) override { flow_->wanted_ = count; }
  void Stop() override { flow_->stopped_ = true; }
  void Restart() override { ++flow_->restarts_; }
  void Wake() override { ++flow_->wakes_; }

 private:
  std::shared_ptr<FakeFlow> flow_;
};

void FakeFlow::Deliver(const Incoming& incoming) {
  sink_.OnDelivery(Make(incoming));
}

void FakeFlow::Overflow(const Incoming& incoming) {
  sink_.OnOverflow(Make(incoming));
}

Delivery FakeFlow::Make(const Incoming& incoming) const {
  if (!open_) Die("a delivery to a flow that is gone");
  std::vector<Header> headers;
  for (const transport::StoredHeader& header : incoming.headers) {
    headers.push_back({header.name, header.value});
  }
  const std::string& subject =
      incoming.subject.empty() ? stream_ : incoming.subject;
  transport::DeliveryInfo info;
  info.stream = stream_;
  info.consumer = consumer_;
  info.stream_sequence = incoming.sequence;
  info.consumer_sequence = incoming.sequence;
  info.sent = incoming.sent;
  info.delivered = incoming.delivered;
  info.pending = incoming.pending;
  info.time = incoming.time;
  return Delivery(
      transport::OwnedMessage(subject, Cat("$JS.ACK.", incoming.sequence),
                              headers, incoming.body),
      info);
}

FakeFlow& FakeTransport::flow(std::string_view consumer) {
  for (const std::shared_ptr<FakeFlow>& flow : flows_) {
    if (flow->consumer() == consumer) return *flow;
  }
  Die(Cat("no flow of ", consumer));
}

std::unique_ptr<transport::Flow> FakeTransport::Open(
    const std::string& stream, const std::string& consumer,
    const transport::FlowOptions& options, transport::DeliverySink& sink) {
  flows_.push_back(std::make_shared<FakeFlow>(stream, consumer, options, sink));
  return std::make_unique<FakeFlow::Handle>(flows_.back());
}

Task<absl::Status> FakeTransport::StopDeliveries(absl::Duration) {
  deliveries_stopped = true;
  co_return absl::OkStatus();
}

void FakeTransport::Settle(Delivery delivery, transport::Ack,
                           absl::Time deadline) {
  settlements.push_back(Describe(Settlement::kAck, delivery, deadline));
}

void FakeTransport::Settle(Delivery delivery, transport::Nak nak,
                           absl::Time deadline) {
  settlements.push_back(Describe(Settlement::kNak, delivery, deadline));
  settlements.back().delay = nak.delay;
}

void FakeTransport::Settle(Delivery delivery, transport::Term term,
                           absl::Time deadline) {
  settlements.push_back(Describe(Settlement::kTerm, delivery, deadline));
  settlements.back().reason = term.reason;
}

Task<absl::Status> FakeTransport::AckSync(Delivery delivery) {
  settlements.push_back(
      Describe(Settlement::kAckSync, delivery, absl::InfiniteFuture()));
  co_return ack_sync_answer;
}

bool FakeTransport::InProgress(const Delivery& delivery) {
  if (!delivery.message().owns()) Die("a pulse for what was settled");
  pulses.push_back(delivery.info().stream_sequence);
  return pulses_are_sent;
}

// ---- core and publish

void FakeTransport::ChangeState(transport::State state,
                                std::string_view reason) {
  state_ = state;
  if (state_sink_ != nullptr) state_sink_->OnState(state, reason);
}

absl::Status FakeTransport::Send(const transport::Outgoing& message) {
  sent.push_back(Copy(message));
  return absl::OkStatus();
}

Task<absl::StatusOr<transport::Message>> FakeTransport::Request(
    transport::Outgoing, absl::Duration) {
  return Lacks<absl::StatusOr<transport::Message>>("Request");
}

absl::StatusOr<std::unique_ptr<transport::Subscription>>
FakeTransport::Subscribe(std::string_view, std::string_view,
                         transport::MessageSink&) {
  return absl::UnimplementedError("the fake transport has no Subscribe");
}

void FakeTransport::Publish(transport::Publication& publication) {
  const transport::Expect& expect = publication.expect;
  Published copy = Copy(publication.message);
  copy.stream = expect.stream;
  copy.message_id = expect.message_id;
  copy.last_sequence = expect.last_sequence;
  copy.options = publication.options;
  published.push_back(copy);
  if (on_publish) return publication.OnPublished(on_publish(copy));
  publications_.push_back(&publication);
}

void FakeTransport::Answer(absl::StatusOr<PubAck> ack) {
  if (publications_.empty()) Die("no publish waits for an answer");
  transport::Publication* publication = publications_.front();
  publications_.pop_front();
  publication->OnPublished(std::move(ack));
}

Task<absl::StatusOr<PubAck>> FakeTransport::PublishBatch(
    std::span<const transport::Outgoing> messages, transport::Expect expect) {
  if (!on_batch)
    co_return co_await Lacks<absl::StatusOr<PubAck>>("PublishBatch");
  co_return on_batch(messages, expect);
}

Task<absl::Status> FakeTransport::Flush(absl::Duration) {
  ++flushes;
  co_return absl::OkStatus();
}

Task<void> FakeTransport::Close() {
  closed = true;
  co_return;
}

// ---- streams, messages, consumers

Task<absl::StatusOr<transport::StreamInfo>> FakeTransport::CreateStream(
    const transport::StreamConfig&) {
  return Lacks<absl::StatusOr<transport::StreamInfo>>("CreateStream");
}

Task<absl::StatusOr<transport::StreamInfo>> FakeTransport::UpdateStream(
    const transport::StreamConfig&) {
  return Lacks<absl::StatusOr<transport::StreamInfo>>("UpdateStream");
}

Task<absl::StatusOr<transport::StreamInfo>> FakeTransport::GetStream(
    const std::string&) {
  return Lacks<absl::StatusOr<transport::StreamInfo>>("GetStream");
}

Task<absl::StatusOr<std::vector<transport::StreamInfo>>>
FakeTransport::ListStreams() {
  return Lacks<absl::StatusOr<std::vector<transport::StreamInfo>>>(
      "ListStreams");
}

Task<absl::Status> FakeTransport::DeleteStream(const std::string&) {
  return Lacks<absl::Status>("DeleteStream");
}

Task<absl::StatusOr<uint64_t>> FakeTransport::PurgeStream(
    const std::string&, const transport::PurgeOptions&) {
  return Lacks<absl::StatusOr<uint64_t>>("PurgeStream");
}

Task<absl::StatusOr<transport::StoredMessage>> FakeTransport::GetMessage(
    const std::string&, const transport::GetOptions&) {
  return Lacks<absl::StatusOr<transport::StoredMessage>>("GetMessage");
}

Task<absl::StatusOr<std::vector<transport::StoredMessage>>>
FakeTransport::GetMessages(const std::string&,
                           const transport::GetManyOptions&) {
  return Lacks<absl::StatusOr<std::vector<transport::StoredMessage>>>(
      "GetMessages");
}

Task<absl::Status> FakeTransport::EraseMessage(const std::string&, uint64_t) {
  return Lacks<absl::Status>("EraseMessage");
}

Task<absl::StatusOr<transport::ConsumerInfo>> FakeTransport::CreateConsumer(
    const std::string&, const transport::ConsumerConfig&) {
  return Lacks<absl::StatusOr<transport::ConsumerInfo>>("CreateConsumer");
}

Task<absl::StatusOr<transport::ConsumerInfo>> FakeTransport::UpdateConsumer(
    const std::string&, const transport::ConsumerConfig&) {
  return Lacks<absl::StatusOr<transport::ConsumerInfo>>("UpdateConsumer");
}

Task<absl::StatusOr<transport::ConsumerInfo>> FakeTransport::GetConsumer(
    const std::string&, const std::string&) {
  return Lacks<absl::StatusOr<transport::ConsumerInfo>>("GetConsumer");
}

Task<absl::StatusOr<std::vector<transport::ConsumerInfo>>>
FakeTransport::ListConsumers(const std::string&) {
  return Lacks<absl::StatusOr<std::vector<transport::ConsumerInfo>>>(
      "ListConsumers");
}

Task<absl::Status> FakeTransport::DeleteConsumer(const std::string&,
                                                 const std::string&) {
  return Lacks<absl::Status>("DeleteConsumer");
}

Task<absl::Status> FakeTransport::PauseConsumer(const std::string&,
                                                const std::string&,
                                                absl::Time) {
  return Lacks<absl::Status>("PauseConsumer");
}

Task<absl::Status> FakeTransport::ResetConsumer(const std::string&,
                                                const std::string&, uint64_t) {
  return Lacks<absl::Status>("ResetConsumer");
}

}  // namespace walnats::testing
