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
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "walnats/event/headers.h"
#include "walnats/task.h"
#include "walnats/transport/config.h"
#include "walnats/transport/delivery.h"
#include "walnats/transport/message.h"

namespace walnats::transport {

// A message to send: views that the caller keeps alive until the verb's Task
// or completion has ended.
struct Outgoing {
  std::string_view subject = {};
  std::span<const Header> headers = {};
  std::string_view body = {};
  std::string_view reply = {};
};

// What must hold for a publish to be stored.
struct Expect {
  std::string_view stream = {};  // empty: any
  std::string_view message_id =
      {};  // of this message: the server drops a second
           // one within the stream's duplicate window
  std::optional<uint64_t> last_sequence = {};
  std::optional<uint64_t> subject_last_sequence = {};
  std::string_view subject = {};          // of subject_last_sequence; 2.11
  std::string_view last_message_id = {};  // of the message before
};

struct PublishOptions {
  // Window full: wait in its queue, or complete with kResourceExhausted.
  bool wait = true;
  // How long it may stay unsent (queue, connection down) before it completes
  // with kUnavailable: it is surely not stored then.
  absl::Duration unsent_limit = absl::Seconds(30);
  // How long after it was first sent the same message id may be sent again to
  // resolve a lost answer: the stream's duplicate window. kUnknown after it,
  // and at once for a message without id.
  absl::Duration resolve_within = absl::Minutes(2);
};

struct PubAck {
  std::string stream;
  uint64_t sequence = 0;
  bool duplicate = false;
};

// What waits for a PubAck. Called once; may die or publish again inside.
class PublishCompletion {
 public:
  virtual void OnPublished(absl::StatusOr<PubAck> ack) = 0;

 protected:
  ~PublishCompletion() = default;
};

// What the server can do, found by asking, never by its version.
struct Features {
  bool compression = false;      // 2.10
  bool metadata = false;         // 2.10
  bool filter_subjects = false;  // 2.10: several per consumer
  bool term_reason = false;      // 2.10.4
  int api_level = 0;             // 0 before 2.11, then $JS.API.INFO's
};

struct ServerInfo {
  std::string name;
  std::string version;
  std::string url;          // of the connection in use, without credentials
  int64_t max_payload = 0;  // bytes, headers included
  Features features;
};

enum class State {
  kUp,      // connected, verbs work
  kDown,    // lost, reconnecting by itself
  kClosed,  // for good
};

class StateSink {
 public:
  // `reason` says why, for people.
  virtual void OnState(State state, std::string_view reason) = 0;

 protected:
  ~StateSink() = default;
};

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

// What a flow tells its sink besides deliveries.
enum class FlowEvent {
  kStalled,          // two heartbeats missed; it asks again by itself
  kResumed,          // deliveries or heartbeats again after kStalled
  kConsumerMissing,  // deleted, or its stream was; the flow waits for Restart
};

class DeliverySink {
 public:
  // May settle inside. At most as many as were wanted.
  virtual void OnDelivery(Delivery delivery) = 0;
  // No further delivery is at hand: time to start what was collected.
  virtual void OnIdle() = 0;
  virtual void OnFlowEvent(FlowEvent event, std::string_view detail) = 0;

 protected:
  ~DeliverySink() = default;
};

struct FlowOptions {
  // The server's heartbeat on an idle pull, at most half of `expires`.
  absl::Duration heartbeat = absl::Seconds(15);
  absl::Duration expires = absl::Seconds(30);
  int64_t max_bytes = 16 << 20;  // per pull
};

// Deliveries of one consumer to one sink. Destroying it stops at once.
class Flow {
 public:
  virtual ~Flow() = default;

  // From now on the sink has room for `count` more deliveries than it has got.
  // Never fewer than are asked for already: what was pulled may still come.
  virtual void Want(int count) = 0;

  // Asks for nothing any more; what was pulled may still come.
  virtual void Stop() = 0;

  // After kConsumerMissing, once the consumer exists again.
  virtual void Restart() = 0;
};

struct PurgeOptions {
  std::string filter = {};             // empty: every subject
  std::optional<uint64_t> up_to = {};  // sequences below; not with `keep`
  std::optional<uint64_t> keep = {};   // the newest so many
};

// A message read from a stream: one of `sequence`, `last_by_subject`, or
// `next_by_subject` at or after `from`.
struct GetOptions {
  uint64_t sequence = 0;
  std::string last_by_subject = {};
  std::string next_by_subject = {};
  uint64_t from = 1;
};

struct StoredHeader {
  std::string name;
  std::string value;
};

struct StoredMessage {
  std::string subject;
  uint64_t sequence = 0;
  absl::Time time;
  std::vector<StoredHeader> headers;
  std::string body;
};

// The newest message of every subject, up to a sequence.
struct GetManyOptions {
  std::vector<std::string> subjects;
  std::optional<uint64_t> up_to = {};
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

  // ---- publish. What the views of `message` and `expect` refer to stays until
  // the completion was called.
  virtual void Publish(const Outgoing& message, const Expect& expect,
                       const PublishOptions& options,
                       PublishCompletion& completion) = 0;
  // All or nothing, at most 1,000; 2.12.
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
