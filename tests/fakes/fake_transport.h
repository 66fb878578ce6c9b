#pragma once

// A Transport without a server. It keeps what it was told, and the test plays
// the server's part:
//
//   FakeTransport transport;
//   ... something publishes ...
//   transport.Answer(transport::PubAck{.stream = "parcel", .sequence = 7});
//   ... something opens a flow ...
//   transport.flow().Deliver({.body = "abc", .sequence = 7});
//   transport.flow().Idle();
//   EXPECT_EQ(transport.settlements[0].kind, Settlement::kAck);
//
// Verbs of streams, consumers and stored messages answer kUnimplemented:
// derive and override those that a test needs.

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "walnats/transport/transport.h"

namespace walnats::testing {

using StoredHeaders = std::vector<transport::StoredHeader>;

// A publish, with copies of everything that it viewed.
struct Published {
  std::string subject;
  std::string reply;
  std::string body;
  StoredHeaders headers;
  std::string stream;      // of Expect, as the next two
  std::string message_id;  // empty: none
  std::optional<uint64_t> last_sequence;
  transport::PublishOptions options;

  // The first value; nullopt if there is none.
  std::optional<std::string> header(std::string_view name) const;
};

// How a delivery was settled.
struct Settlement {
  enum Kind { kAck, kAckSync, kNak, kTerm };
  Kind kind;
  std::string consumer;
  uint64_t sequence = 0;   // in its stream
  uint64_t delivered = 0;  // the delivery's count
  absl::Duration delay;    // of kNak
  std::string reason;      // of kTerm
  absl::Time deadline;     // not of kAckSync
};

// A delivery as the test describes it.
struct Incoming {
  std::string body = {};
  StoredHeaders headers = {};
  uint64_t sequence = 1;
  uint64_t delivered = 1;
  uint64_t pending = 0;
  absl::Time time = absl::UnixEpoch();
  absl::Time sent = absl::InfiniteFuture();
  std::string subject = {};  // empty: the stream's name
};

// What Open has returned, seen from the server; stays when the Flow dies.
class FakeFlow {
 public:
  FakeFlow(std::string stream, std::string consumer,
           const transport::FlowOptions& options, transport::DeliverySink& sink)
      : stream_(std::move(stream)),
        consumer_(std::move(consumer)),
        options_(options),
        sink_(sink) {}

  // ---- for the test
  // Whether it was wanted is not asked.
  void Deliver(const Incoming& incoming);
  // One for which the flow knows no room.
  void Overflow(const Incoming& incoming);
  void Unanswered() { sink_.OnUnanswered(); }
  void Idle() { sink_.OnIdle(); }
  void Tell(transport::FlowEvent event, std::string_view detail) {
    sink_.OnFlowEvent(event, detail);
  }

  const std::string& stream() const { return stream_; }
  const std::string& consumer() const { return consumer_; }
  const transport::FlowOptions& options() const { return options_; }
  int wanted() const { return wanted_; }  // the last Want; -1 before any
  bool stopped() const { return stopped_; }
  int restarts() const { return restarts_; }
  int wakes() const { return wakes_; }
  bool open() const { return open_; }  // the Flow lives

 private:
  friend class FakeTransport;
  class Handle;
  transport::Delivery Make(const Incoming& incoming) const;
  const std::string stream_;
  const std::string consumer_;
  const transport::FlowOptions options_;
  transport::DeliverySink& sink_;
  int wanted_ = -1;
  bool stopped_ = false;
  int restarts_ = 0;
  int wakes_ = 0;
  bool open_ = true;
};

class FakeTransport : public transport::Transport {
 public:
  FakeTransport() { info.max_payload = 1 << 20; }

  // ---- for the test
  // Every publish, the oldest first.
  std::deque<Published> published;
  // Completes each publish at once; without it, Answer does.
  std::function<absl::StatusOr<transport::PubAck>(const Published&)> on_publish;
  // Completes the oldest publish that waits; fails the program if none does.
  void Answer(absl::StatusOr<transport::PubAck> ack);
  size_t unanswered() const { return publications_.size(); }

  // Answers batches; without it there are none.
  std::function<absl::StatusOr<transport::PubAck>(
      std::span<const transport::Outgoing> messages,
      const transport::Expect& expect)>
      on_batch;

  // The one opened last; of an actor.
  FakeFlow& flow() { return *flows_.back(); }
  FakeFlow& flow(std::string_view consumer);
  size_t flow_count() const { return flows_.size(); }

  std::vector<Settlement> settlements;
  // Sequences that InProgress was called for, sent or not; and whether they
  // are sent.
  std::vector<uint64_t> pulses;
  bool pulses_are_sent = true;
  absl::Status ack_sync_answer;  // OK: the server has said that it acked

  void ChangeState(transport::State state, std::string_view reason);
  transport::ServerInfo info;   // of 1 MiB max_payload, if not changed
  std::vector<Published> sent;  // by Send
  bool deliveries_stopped = false;
  int flushes = 0;
  bool closed = false;

  // ---- core NATS
  absl::Status Send(const transport::Outgoing& message) override;
  Task<absl::StatusOr<transport::Message>> Request(
      transport::Outgoing message, absl::Duration timeout) override;
  absl::StatusOr<std::unique_ptr<transport::Subscription>> Subscribe(
      std::string_view subject, std::string_view queue,
      transport::MessageSink& sink) override;
  const transport::ServerInfo& server() const override { return info; }
  transport::State state() const override { return state_; }
  void SetStateSink(transport::StateSink* sink) override { state_sink_ = sink; }

  // ---- publish
  void Publish(transport::Publication& publication) override;
  Task<absl::StatusOr<transport::PubAck>> PublishBatch(
      std::span<const transport::Outgoing> messages,
      transport::Expect expect) override;

  // ---- streams
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

  // ---- messages
  Task<absl::StatusOr<transport::StoredMessage>> GetMessage(
      const std::string& stream, const transport::GetOptions& options) override;
  Task<absl::StatusOr<std::vector<transport::StoredMessage>>> GetMessages(
      const std::string& stream,
      const transport::GetManyOptions& options) override;
  Task<absl::Status> EraseMessage(const std::string& stream,
                                  uint64_t sequence) override;

  // ---- consumers
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

  // ---- deliver
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

  // ---- end
  Task<absl::Status> Flush(absl::Duration limit) override;
  Task<void> Close() override;

 private:
  std::vector<std::shared_ptr<FakeFlow>> flows_;
  std::deque<transport::Publication*> publications_;
  transport::State state_ = transport::State::kUp;
  transport::StateSink* state_sink_ = nullptr;
};

}  // namespace walnats::testing
