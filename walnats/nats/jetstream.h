#pragma once

// JetStream over a Wire: the first seam's verbs, each handed to the machine
// that knows it. What arrives on the inbox is told apart by the first character
// of its token: 'p' is an answer to the publisher, 'r' one to a request, 'm'
// one of many, 's' belongs to the flows.

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "walnats/nats/api.h"
#include "walnats/nats/flows.h"
#include "walnats/nats/many_requests.h"
#include "walnats/nats/publisher.h"
#include "walnats/nats/requests.h"
#include "walnats/nats/settlements.h"
#include "walnats/nats/wire.h"
#include "walnats/runtime/timer_queue.h"
#include "walnats/transport/transport.h"

namespace walnats::nats {

struct JetStreamOptions {
  PublisherOptions publisher;
  // For JetStream to answer: a server that has just started may need a while.
  absl::Duration start_limit = absl::Seconds(5);
  absl::Duration api_limit = absl::Seconds(5);       // for each API answer
  absl::Duration ack_sync_limit = absl::Seconds(5);  // for an AckSync's
  absl::Duration close_limit = absl::Seconds(2);     // for the last write
};

class JetStream : public transport::Transport, private WireSink {
 public:
  // Takes a connected `wire` and finds out what its server can do.
  // kFailedPrecondition if JetStream is not enabled there. `clock` outlives
  // the JetStream.
  static Task<absl::StatusOr<std::unique_ptr<JetStream>>> Start(
      std::unique_ptr<Wire> wire, TimerQueue& clock, JetStreamOptions options);

  // Await Close before.
  ~JetStream() override;

  absl::Status Send(const transport::Outgoing& message) override;
  Task<absl::StatusOr<transport::Message>> Request(
      transport::Outgoing message, absl::Duration timeout) override;
  absl::StatusOr<std::unique_ptr<transport::Subscription>> Subscribe(
      std::string_view subject, std::string_view queue,
      transport::MessageSink& sink) override;
  const transport::ServerInfo& server() const override { return server_; }
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
  JetStream(std::unique_ptr<Wire> wire, TimerQueue& clock,
            const JetStreamOptions& options);

  void OnMessage(transport::Message message) override;
  void OnIdle() override;
  void OnUp() override;
  void OnDown(std::string_view reason) override;
  void OnWritable() override;
  void OnLameDuck() override;

  // $JS.API.INFO, until it answers or start_limit has passed.
  Task<absl::Status> FindFeatures();
  absl::Status NotEnabled(const absl::Status& answer) const;
  // Once, in the background; again later if it fails.
  void RefreshFeatures();
  static Task<absl::Status> Refresh(std::shared_ptr<JetStream*> self);

  Task<absl::StatusOr<transport::ConsumerInfo>> PutConsumer(
      std::string_view verb, const std::string& stream,
      const transport::ConsumerConfig& config, ConsumerAction action);
  Task<absl::StatusOr<uint64_t>> PurgeNothing(std::string name);
  Task<absl::StatusOr<std::vector<transport::StoredMessage>>> AskMany(
      ApiCall call);
  // One message of a batch, not the last.
  Task<absl::Status> Stage(transport::Outgoing message, bool first);
  // Until no flow expects anything to come at once.
  Task<absl::Status> RunDry(absl::Time until);
  // kUnimplemented, naming `act` and the server's version.
  absl::Status Lacks(std::string_view act) const;
  bool quiet() const;
  // Closed, or gone: asked by coroutines that may resume so late.
  static bool Ended(const std::shared_ptr<JetStream*>& self);
  // With the features as last found.
  void SetServer(transport::ServerInfo server);

  std::unique_ptr<Wire> wire_;
  TimerQueue& clock_;
  const JetStreamOptions options_;
  transport::ServerInfo server_;
  transport::State state_ = transport::State::kDown;
  transport::StateSink* state_sink_ = nullptr;
  bool started_ = false;
  uint64_t batches_ = 0;  // begun
  Requests requests_;
  ManyRequests many_;
  Api api_;
  Publisher publisher_;
  Settlements settlements_;
  Flows flows_;
  Timer refresh_;
  // Null once this is gone.
  std::shared_ptr<JetStream*> self_;
};

}  // namespace walnats::nats
