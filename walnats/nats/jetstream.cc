#include "walnats/nats/jetstream.h"

#include <utility>

#include "walnats/base/strings.h"
#include "walnats/nats/annotate.h"
#include "walnats/nats/api_level.h"

namespace walnats::nats {

using transport::Message;
using transport::State;

JetStream::JetStream(std::unique_ptr<Wire> wire, TimerQueue& clock,
                     const JetStreamOptions& options)
    : wire_(std::move(wire)),
      clock_(clock),
      options_(options),
      requests_(*wire_, clock),
      many_(*wire_, clock),
      api_(requests_, options.api_limit),
      publisher_(*wire_, clock, options.publisher),
      settlements_(*wire_, clock),
      flows_(*wire_, clock),
      refresh_(clock, [this] { RefreshFeatures(); }),
      self_(std::make_shared<JetStream*>(this)) {
  wire_->SetSink(this);
  if (wire_->up()) OnUp();
}

JetStream::~JetStream() { *self_ = nullptr; }

// ---- what the wire tells

void JetStream::OnMessage(Message message) {
  std::string_view token = message.subject();
  if (!token.starts_with(wire_->inbox())) return;
  token.remove_prefix(wire_->inbox().size());
  if (token.empty()) return;
  const char kind = token.front();
  token.remove_prefix(1);
  switch (kind) {
    case 'p':
      publisher_.OnAnswer(token, message);
      break;
    case 'r':
      requests_.OnAnswer(token, std::move(message));
      break;
    case 'm':
      many_.OnAnswer(token, message);
      break;
    case 's':
      flows_.OnMessage(std::move(message));
      break;
    default:
      break;
  }
}

void JetStream::OnIdle() { flows_.OnIdle(); }

void JetStream::OnUp() {
  if (state_ != State::kDown) return;
  state_ = State::kUp;
  SetServer(wire_->server());
  settlements_.OnUp();
  publisher_.OnUp();
  flows_.OnUp();
  if (started_) RefreshFeatures();
  if (state_sink_ != nullptr) state_sink_->OnState(state_, server_.url);
}

void JetStream::OnDown(std::string_view reason) {
  if (state_ != State::kUp) return;
  state_ = State::kDown;
  publisher_.OnDown();
  flows_.OnDown();
  if (state_sink_ != nullptr) state_sink_->OnState(state_, reason);
  many_.OnDown();
  requests_.OnDown();
}

void JetStream::OnWritable() { publisher_.OnWritable(); }

void JetStream::OnLameDuck() { publisher_.OnLameDuck(); }

void JetStream::SetServer(transport::ServerInfo server) {
  server.features = server_.features;
  server_ = std::move(server);
}

// ---- core NATS

absl::Status JetStream::Send(const transport::Outgoing& message) {
  if (state_ == State::kClosed) {
    return Error(absl::StatusCode::kFailedPrecondition, "send ",
                 Quoted(message.subject), ": closed");
  }
  const absl::Status headers = CheckHeaders(message.headers);
  if (!headers.ok()) {
    return Annotate(headers, Cat("send ", Quoted(message.subject)));
  }
  return wire_->Publish(message);
}

Task<absl::StatusOr<Message>> JetStream::Request(transport::Outgoing message,
                                                 absl::Duration timeout) {
  const std::string act = Cat("request ", Quoted(message.subject));
  const absl::Status headers = CheckHeaders(message.headers);
  if (!headers.ok()) co_return Annotate(headers, act);
  absl::StatusOr<Message> answer = co_await requests_.Request(message, timeout);
  if (answer.ok()) co_return answer;
  co_return Annotate(answer.status(), act);
}

absl::StatusOr<std::unique_ptr<transport::Subscription>> JetStream::Subscribe(
    std::string_view subject, std::string_view queue,
    transport::MessageSink& sink) {
  if (state_ == State::kClosed) {
    return Error(absl::StatusCode::kFailedPrecondition, "subscribe ",
                 Quoted(subject), ": closed");
  }
  return wire_->Subscribe(subject, queue, sink);
}

// ---- publish

void JetStream::Publish(transport::Publication& publication) {
  const std::string_view expected = publication.expect.subject;
  if (!expected.empty() && server_.features.api_level < kExpectedSubjectLevel) {
    return publisher_.Refuse(
        publication, Error(absl::StatusCode::kFailedPrecondition, "publish ",
                           Quoted(publication.message.subject),
                           ": nats-server ", server_.version,
                           " cannot expect a sequence of ", Quoted(expected)));
  }
  publisher_.Publish(publication);
}

// ---- end

bool JetStream::Ended(const std::shared_ptr<JetStream*>& self) {
  return *self == nullptr || (*self)->state_ == State::kClosed;
}

bool JetStream::quiet() const {
  return publisher_.idle() && settlements_.empty() && wire_->unsent() == 0;
}

Task<absl::Status> JetStream::Flush(absl::Duration limit) {
  const std::shared_ptr<JetStream*> self = self_;
  const absl::Time deadline = clock_.Now() + limit;
  while (!Ended(self) && !quiet()) {
    if (clock_.Now() >= deadline) {
      co_return Error(absl::StatusCode::kDeadlineExceeded, "flush: within ",
                      absl::FormatDuration(limit),
                      " not everything was sent and answered (",
                      publisher_.in_flight(), " publishes without answer)");
    }
    co_await clock_.Sleep(absl::Milliseconds(1));
  }
  if (Ended(self)) co_return absl::FailedPreconditionError("flush: closed");
  co_return absl::OkStatus();
}

Task<void> JetStream::Close() {
  if (state_ == State::kClosed) co_return;
  state_ = State::kClosed;
  refresh_.Cancel();
  flows_.Close();
  settlements_.Close();
  publisher_.Close();
  many_.Close();
  requests_.Close();
  co_await wire_->Close(options_.close_limit);
  if (state_sink_ != nullptr) state_sink_->OnState(state_, "closed");
}

}  // namespace walnats::nats
