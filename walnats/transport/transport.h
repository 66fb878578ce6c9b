#pragma once

// The first seam: JetStream as verbs over neutral structs. Client, actor and
// services know nothing else of NATS. Two implementations: nats/ over nats.c,
// and the in-memory model of testing/.
//
// Every verb is called on the transport's thread (the one that runs its
// io_context), and every sink and completion is called there. Tasks resume on
// the executor of whoever awaits them.
//
// Errors of the Task verbs: kUnavailable while the connection is down,
// kDeadlineExceeded without an answer, kUnimplemented where the server (or
// this release) has no such verb, else the server's refusal with its
// ServerCode. Every message names act and object.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "walnats/task.h"
#include "walnats/transport/config.h"
#include "walnats/transport/delivery.h"
#include "walnats/transport/flow.h"
#include "walnats/transport/message.h"
#include "walnats/transport/publish.h"
#include "walnats/transport/server.h"
#include "walnats/transport/stored.h"

namespace walnats::transport {

class MessageSink {
 public:
  virtual void OnMessage(Message message) = 0;

 protected:
  ~MessageSink() = default;
};

// Ends its subscription when destroyed.
class Subscription {
 public:
  virtual ~Subscription() = default;

  // Asks the server for no more; what it had sent by then still comes.
  virtual void Stop() = 0;
};

class Transport {
 public:
  virtual ~Transport() = default;

  // ---- core NATS
  virtual absl::Status Send(const Outgoing& message) = 0;
  virtual Task<absl::StatusOr<Message>> Request(Outgoing message,
                                                absl::Duration timeout) = 0;
  virtual absl::StatusOr<std::unique_ptr<Subscription>> Subscribe(
      std::string_view subject, std::string_view queue, MessageSink& sink) = 0;
  virtual const ServerInfo& server() const = 0;
  virtual State state() const = 0;
  // At most one; nullptr forgets it.
  virtual void SetStateSink(StateSink* sink) = 0;

  // ---- publish
  // Calls OnPublished later, never inside.
  virtual void Publish(Publication& publication) = 0;
  // Stores all of them or none, in their order, 1 to 1,000 to one stream that
  // has allow_atomic; 2.12. `expect` holds for the first. The PubAck is that of
  // the last. kUnknown if the answer to the last was lost: then all may be
  // stored. What the messages refer to stays until the Task has ended.
  virtual Task<absl::StatusOr<PubAck>> PublishBatch(
      std::span<const Outgoing> messages, Expect expect) = 0;

  // ---- streams
  virtual Task<absl::StatusOr<StreamInfo>> CreateStream(
      const StreamConfig& config) = 0;
  virtual Task<absl::StatusOr<StreamInfo>> UpdateStream(
      const StreamConfig& config) = 0;
  virtual Task<absl::StatusOr<StreamInfo>> GetStream(
      const std::string& name) = 0;  // kNotFound
  virtual Task<absl::StatusOr<std::vector<StreamInfo>>> ListStreams() = 0;
  virtual Task<absl::Status> DeleteStream(const std::string& name) = 0;
  virtual Task<absl::StatusOr<uint64_t>> PurgeStream(
      const std::string& name, const PurgeOptions& options) = 0;

  // ---- messages
  virtual Task<absl::StatusOr<StoredMessage>> GetMessage(
      const std::string& stream, const GetOptions& options) = 0;
  virtual Task<absl::StatusOr<std::vector<StoredMessage>>> GetMessages(
      const std::string& stream, const GetManyOptions& options) = 0;
  virtual Task<absl::Status> EraseMessage(const std::string& stream,
                                          uint64_t sequence) = 0;

  // ---- consumers
  virtual Task<absl::StatusOr<ConsumerInfo>> CreateConsumer(
      const std::string& stream, const ConsumerConfig& config) = 0;
  virtual Task<absl::StatusOr<ConsumerInfo>> UpdateConsumer(
      const std::string& stream, const ConsumerConfig& config) = 0;
  virtual Task<absl::StatusOr<ConsumerInfo>> GetConsumer(
      const std::string& stream, const std::string& name) = 0;
  virtual Task<absl::StatusOr<std::vector<ConsumerInfo>>> ListConsumers(
      const std::string& stream) = 0;
  virtual Task<absl::Status> DeleteConsumer(const std::string& stream,
                                            const std::string& name) = 0;
  virtual Task<absl::Status> PauseConsumer(const std::string& stream,
                                           const std::string& name,
                                           absl::Time until) = 0;
  virtual Task<absl::Status> ResetConsumer(const std::string& stream,
                                           const std::string& name,
                                           uint64_t sequence) = 0;

  // ---- deliver
  // `sink` outlives the flow.
  virtual std::unique_ptr<Flow> Open(const std::string& stream,
                                     const std::string& consumer,
                                     const FlowOptions& options,
                                     DeliverySink& sink) = 0;
  // Ends the interest of every flow, for a drain: when it has returned, no
  // server sends a delivery any more, and what was on its way has come. What is
  // handed back after the call does not return to these flows.
  virtual Task<absl::Status> StopDeliveries(absl::Duration limit) = 0;
  // Sent with the next write. While the connection is down they are kept and
  // sent when it is back, unless `deadline` has passed by then: then, as at
  // once here, the message is left to the server, which redelivers it.
  virtual void Settle(Delivery delivery, Ack, absl::Time deadline) = 0;
  virtual void Settle(Delivery delivery, Nak nak, absl::Time deadline) = 0;
  virtual void Settle(Delivery delivery, Term term, absl::Time deadline) = 0;
  // Acks and waits until the server has said that it did.
  virtual Task<absl::Status> AckSync(Delivery delivery) = 0;
  // Starts ack_wait anew. False if it could not be sent (connection down).
  virtual bool InProgress(const Delivery& delivery) = 0;

  // ---- end
  // Waits until what was sent has left and what was published is answered,
  // at most `limit`; OK if nothing is left.
  virtual Task<absl::Status> Flush(absl::Duration limit) = 0;
  // For good; every open verb ends with kFailedPrecondition or kUnknown.
  virtual Task<void> Close() = 0;
};

}  // namespace walnats::transport
