#include "walnats/nats/connection.h"

#include <climits>
#include <cstdint>
#include <cstring>
#include <utility>

#include "walnats/base/log.h"
#include "walnats/base/strings.h"
#include "walnats/nats/c_string.h"
#include "walnats/nats/nats_message.h"

namespace walnats::nats {
namespace {

using absl::StatusCode;

// nats.c's own buffer has no bound, and moves what is left after each partial
// write.
constexpr std::size_t kUnsentBound = 1 << 20;
constexpr std::size_t kUnsentBoundTls = 256 << 10;

// What a message costs besides its texts: verb, blanks, lengths, line ends.
constexpr std::size_t kFrameBytes = 32;

// The io thread's other work waits about so long for messages to be handed
// over, if their handlers are short.
constexpr absl::Duration kSlice = absl::Milliseconds(1);

// A lame duck's JetStream answers nothing more, but it cuts its clients off
// only later, one by one. The work goes on elsewhere, or when it is back: what
// is settled here would be lost, and is kept while there is no connection.
constexpr absl::Duration kLeaveLimit = absl::Seconds(1);

// Error texts that are remembered, so that each is logged once.
constexpr std::size_t kMostSaid = 100;

std::size_t SizeOf(const transport::Outgoing& message) {
  std::size_t size = kFrameBytes + message.subject.size() +
                     message.reply.size() + message.body.size();
  for (const Header& header : message.headers) {
    size += header.name.size() + header.value.size() + 4;
  }
  return size;
}

// Whether one of eight bytes is at most ' ', or DEL.
bool HasControl(uint64_t eight) {
  constexpr uint64_t kOnes = 0x0101010101010101;
  constexpr uint64_t kHighs = 0x80 * kOnes;
  const uint64_t deletes = eight ^ (0x7f * kOnes);
  return ((((eight - 0x21 * kOnes) & ~eight) | ((deletes - kOnes) & ~deletes)) &
          kHighs) != 0;
}

// nats.c copies a subject into the protocol as it is.
bool IsSubject(std::string_view subject) {
  if (subject.empty()) return false;
  uint64_t eight = 0;
  for (; subject.size() >= sizeof(eight); subject.remove_prefix(8)) {
    std::memcpy(&eight, subject.data(), sizeof(eight));
    if (HasControl(eight)) return false;
  }
  std::memset(&eight, 'x', sizeof(eight));
  std::memcpy(&eight, subject.data(), subject.size());
  return !HasControl(eight);
}

absl::Status PublishError(const transport::Outgoing& message, StatusCode code,
                          std::string_view why) {
  return Error(code, "publish ", Quoted(message.subject), ": ", why);
}

}  // namespace

absl::Status Connection::Publish(const transport::Outgoing& message) {
  if (!up()) {
    return PublishError(message, StatusCode::kUnavailable, "not connected");
  }
  if (!IsSubject(message.subject)) {
    return PublishError(message, StatusCode::kFailedPrecondition,
                        "no valid subject");
  }
  if (!message.reply.empty() && !IsSubject(message.reply)) {
    return PublishError(message, StatusCode::kFailedPrecondition,
                        Cat("no valid reply subject ", Quoted(message.reply)));
  }
  const std::size_t size = SizeOf(message);
  const natsStatus status =
      message.body.size() > INT_MAX ? NATS_MAX_PAYLOAD : Send(message);
  if (status == NATS_MAX_PAYLOAD) {
    return PublishError(message, StatusCode::kFailedPrecondition,
                        Cat("payload of ", message.body.size(),
                            " bytes over the limit of ", server_.max_payload));
  }
  if (status != NATS_OK) {
    return PublishError(message,
                        status == NATS_CONNECTION_CLOSED
                            ? StatusCode::kUnavailable
                            : StatusCode::kFailedPrecondition,
                        natsStatus_GetText(status));
  }
  unsent_ += size;
  const bool secure = loop_->session().url().secure;
  if (unsent_ > (secure ? kUnsentBoundTls : kUnsentBound)) congested_ = true;
  loop_->WriteSoon();
  return absl::OkStatus();
}

natsStatus Connection::Send(const transport::Outgoing& message) {
  natsConnection* const connection = loop_->session().connection();
  if (!message.headers.empty()) {
    absl::StatusOr<MessageHandle> made = MakeMessage(message);
    if (!made.ok()) return NATS_INVALID_ARG;
    return natsConnection_PublishMsg(connection, made->get());
  }
  const CString subject(message.subject);
  const int size = static_cast<int>(message.body.size());
  if (message.reply.empty()) {
    return natsConnection_Publish(connection, subject.get(),
                                  message.body.data(), size);
  }
  return natsConnection_PublishRequest(connection, subject.get(),
                                       CString(message.reply).get(),
                                       message.body.data(), size);
}

absl::StatusOr<std::unique_ptr<transport::Subscription>> Connection::Subscribe(
    std::string_view subject, std::string_view queue,
    transport::MessageSink& sink) {
  if (closing_) {
    return Error(StatusCode::kFailedPrecondition, "subscribe ", Quoted(subject),
                 ": the connection is closed");
  }
  return subscriptions_.Add(subject, queue, sink);
}

EventLoop::Next Connection::OnRead(bool first) {
  if (first) slice_end_ = clock_.Now() + kSlice;
  if (!DrainOnce()) return EventLoop::Next::kPause;
  return clock_.Now() >= slice_end_ ? EventLoop::Next::kYield
                                    : EventLoop::Next::kReadOn;
}

bool Connection::DrainOnce() {
  for (MessageHandle& answer : loop_->session().TakeNoResponders()) {
    transport::Message message = WrapMessage(std::move(answer));
    if (message.subject().starts_with(inbox_)) OnMessage(std::move(message));
  }
  const bool complete = subscriptions_.Drain(slice_end_);
  if (sink_ != nullptr) sink_->OnIdle();
  if (!complete) mailbox_->Post([this] { DrainOn(); });
  return complete;
}

void Connection::DrainOn() {
  slice_end_ = clock_.Now() + kSlice;
  if (loop_ != nullptr && DrainOnce()) loop_->Resume();
}

void Connection::OnMessage(transport::Message message) {
  if (message.subject() == ping_subject_) {
    if (message.body() == kClosePing) WakeClose();
  } else if (sink_ != nullptr) {
    sink_->OnMessage(std::move(message));
  }
}

void Connection::OnWritten() {
  unsent_ = 0;
  if (std::exchange(congested_, false) && sink_ != nullptr) {
    sink_->OnWritable();
  }
  if (leaving_) LeaveServer();
}

// Anything that came since the last time shows that the server lives, also the
// refusal of a ping that the account must not publish.
void Connection::OnPingTime() {
  const bool heard = loop_->reads() != reads_at_ping_ || loop_->paused();
  reads_at_ping_ = loop_->reads();
  if (heard) pings_out_ = 0;
  if (pings_out_ >= options_.pings_missed) {
    end_reason_ = Cat("no sign of life for ",
                      absl::FormatDuration(options_.ping_interval *
                                           (options_.pings_missed + 1)));
    loop_->session().socket().ShutDown();
    return;
  }
  if (!heard) {
    ++pings_out_;
    SendPing("");
  }
  ping_timer_.Set(clock_.Now() + options_.ping_interval);
}

void Connection::SendPing(std::string_view body) {
  natsConnection_Publish(loop_->session().connection(), ping_subject_.c_str(),
                         body.data(), static_cast<int>(body.size()));
  loop_->WriteSoon();
}

void Connection::OnLameDuckNotice(uint64_t subscriber) {
  if (!up() || subscriber != loop_->session().notices_number()) return;
  end_reason_ = "the server shuts down (lame duck): leaving it";
  leaving_ = true;
  leave_timer_.Set(clock_.Now() + kLeaveLimit);
  if (sink_ != nullptr) sink_->OnLameDuck();
  if (up() && unsent_ == 0) LeaveServer();
}

// Its end is read in the next turn.
void Connection::LeaveServer() {
  leave_timer_.Cancel();
  if (up()) loop_->session().socket().ShutDown();
}

void Connection::OnErrorNotice(std::string text) {
  if (text.find(ping_subject_) != text.npos) {
    // Not allowed to publish to our inbox: the refusal is an answer as well.
    WakeClose();
    return;
  }
  if (said_errors_.size() >= kMostSaid) said_errors_.clear();
  if (!said_errors_.insert(text).second) return;
  Log(LogLevel::kWarning, "connection to ", server_.url, ": ", text);
}

}  // namespace walnats::nats
