#pragma once

// The first seam's verbs over the model: each happens at the server at once,
// and what comes of it comes in later turns.

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "walnats/testing/memory/flows.h"
#include "walnats/testing/memory/link.h"
#include "walnats/testing/memory/publisher.h"
#include "walnats/testing/memory/requests.h"
#include "walnats/testing/memory/settlements.h"
#include "walnats/testing/memory/subscriptions.h"
#include "walnats/transport/transport.h"

namespace walnats::testing {

class MemoryTransport : public transport::Transport,
                        private LinkSink,
                        private transport::MessageSink {
 public:
  // `broker` outlives it.
  explicit MemoryTransport(MemoryBroker& broker);
  // Ends at once what still waits, if Close was not awaited before.
  ~MemoryTransport() override;

  absl::Status Send(const transport::Outgoing& message) override;
  Task<absl::StatusOr<transport::Message>> Request(
      transport::Outgoing message, absl::Duration timeout) override;
  absl::StatusOr<std::unique_ptr<transport::Subscription>> Subscribe(
      std::string_view subject, std::string_view queue,
      transport::MessageSink& sink) override;
  const transport::ServerInfo& server() const override {
    return broker_.info();
  }
  transport::State state() const override { return state_; }
  void SetStateSink(transport::StateSink* sink) override { state_sink_ = sink; }

  void Publish(transport::Publication& publication) override;
  Task<absl::StatusOr<transport::PubAck>> PublishBatch(
      std::span<const transport::Outgoing> messages,
      transport::Expect expect) override;

  Task<absl::StatusOr<transport::StreamInfo>> CreateStream(
      const transport::StreamConfig& config) override;
  Task<absl::StatusOr<transport::StreamInfo>> UpdateStream(
      const transport::StreamConfig& config) override;
  Task<absl::StatusOr<transport::StreamInfo>> GetStream(
      const std::string& name) override;
  Task<absl::StatusOr<std::vector<transport::StreamInfo>>> ListStreams()
      override;
  Task<absl::Status> DeleteStream(const std::string& name) override;
  Task<absl::StatusOr<uint64_t>> PurgeStream(
      const std::string& name, const transport::PurgeOptions& options) override;

  Task<absl::StatusOr<transport::StoredMessage>> GetMessage(
      const std::string& stream, const transport::GetOptions& options) override;
  Task<absl::StatusOr<std::vector<transport::StoredMessage>>> GetMessages(
      const std::string& stream,
      const transport::GetManyOptions& options) override;
  Task<absl::Status> EraseMessage(const std::string& stream,
                                  uint64_t sequence) override;

  Task<absl::StatusOr<transport::ConsumerInfo>> CreateConsumer(
      const std::string& stream,
      const transport::ConsumerConfig& config) override;
  Task<absl::StatusOr<transport::ConsumerInfo>> UpdateConsumer(
      const std::string& stream,
      const transport::ConsumerConfig& config) override;
  Task<absl::StatusOr<transport::ConsumerInfo>> GetConsumer(
      const std::string& stream, const std::string& name) override;
  Task<absl::StatusOr<std::vector<transport::ConsumerInfo>>> ListConsumers(
      const std::string& stream) override;
  Task<absl::Status> DeleteConsumer(const std::string& stream,
                                    const std::string& name) override;
  Task<absl::Status> PauseConsumer(const std::string& stream,
                                   const std::string& name,
                                   absl::Time until) override;
  Task<absl::Status> ResetConsumer(const std::string& stream,
                                   const std::string& name,
                                   uint64_t sequence) override;

  std::unique_ptr<transport::Flow> Open(const std::string& stream,
                                        const std::string& consumer,
                                        const transport::FlowOptions& options,
                                        transport::DeliverySink& sink) override;
  Task<absl::Status> StopDeliveries(absl::Duration limit) override;
  void Settle(transport::Delivery delivery, transport::Ack,
              absl::Time deadline) override;
  void Settle(transport::Delivery delivery, transport::Nak nak,
              absl::Time deadline) override;
  void Settle(transport::Delivery delivery, transport::Term term,
              absl::Time deadline) override;
  Task<absl::Status> AckSync(transport::Delivery delivery) override;
  bool InProgress(const transport::Delivery& delivery) override;

  Task<absl::Status> Flush(absl::Duration limit) override;
  Task<void> Close() override;

 private:
  // LinkSink
  void OnDelivery(const model::Deliver& delivery) override;
  void OnPullStatus(const model::PullStatus& status) override;
  void OnDown(std::string_view reason) override;
  void OnUp() override;
  // transport::MessageSink, of the inbox
  void OnMessage(transport::Message message) override;

  struct ApiCall {
    std::string act;     // `get stream "shop"`
    bool named = false;  // its names can stand in a subject
  };
  template <class T>
  using Verb = std::function<model::Answer<T>(model::Model&)>;

  // Asks the model, then waits for the turn in which its answer comes.
  template <class T>
  Task<absl::StatusOr<T>> Ask(ApiCall call, Verb<T> verb);
  Task<absl::Status> Do(ApiCall call, Verb<model::Done> verb);
  Task<absl::Status> Answered(bool silent);
  Task<absl::StatusOr<transport::ConsumerInfo>> PutConsumer(
      std::string_view act, const std::string& stream,
      const transport::ConsumerConfig& config, model::ConsumerAction action);

  bool Can(model::Difference difference) const;
  // kUnimplemented, naming `act` and the server's version.
  absl::Status Lacks(std::string_view act) const;
  void TellState(transport::State state, std::string reason);
  bool quiet() const;
  // Closed, or gone: asked by coroutines that may resume so late.
  static bool Ended(const std::shared_ptr<MemoryTransport*>& self);

  MemoryBroker& broker_;
  transport::State state_ = transport::State::kUp;
  transport::StateSink* state_sink_ = nullptr;
  uint64_t batches_ = 0;  // begun
  // Null once this is gone.
  const std::shared_ptr<MemoryTransport*> self_;
  MemoryLink link_;
  MemorySubscriptions subscriptions_;
  MemoryRequests requests_;
  MemoryPublisher publisher_;
  MemorySettlements settlements_;
  MemoryFlows flows_;
  const std::unique_ptr<transport::Subscription> inbox_;
};

template <class T>
Task<absl::StatusOr<T>> MemoryTransport::Ask(ApiCall call, Verb<T> verb) {
  absl::Status ready = requests_.Ready();
  if (!call.named) {
    ready = absl::FailedPreconditionError(
        "names must not be empty nor hold '.', '*', '>' or white space");
  }
  if (!ready.ok()) co_return Annotate(ready, call.act);
  model::Answer<T> answer = verb(broker_.model());
  broker_.Pump();
  absl::Status back =
      co_await Answered(!answer.ok() && answer.refusal().silent());
  if (!back.ok()) co_return Annotate(back, call.act);
  co_return model::ToStatusOr(std::move(answer), call.act);
}

}  // namespace walnats::testing
