#include "walnats/testing/memory/transport.h"

#include <utility>

#include "walnats/base/strings.h"
#include "walnats/event/headers.h"

namespace walnats::testing {

using transport::Message;
using transport::State;

MemoryTransport::MemoryTransport(MemoryBroker& broker)
    : broker_(broker),
      self_(std::make_shared<MemoryTransport*>(this)),
      link_(broker, *this),
      subscriptions_(link_),
      requests_(link_),
      publisher_(link_),
      settlements_(link_),
      flows_(link_),
      inbox_(*subscriptions_.Add(Cat(link_.inbox(), "*"), "", *this)) {}

MemoryTransport::~MemoryTransport() {
  *self_ = nullptr;
  link_.Close();
}

// ---- what the link tells

void MemoryTransport::OnDelivery(const model::Deliver& delivery) {
  flows_.OnDelivery(delivery);
}

void MemoryTransport::OnPullStatus(const model::PullStatus& status) {
  flows_.OnStatus(status);
}

// Answers to publishes come from the stream itself.
void MemoryTransport::OnMessage(Message message) {
  std::string_view token = message.subject();
  token.remove_prefix(link_.inbox().size());
  if (!token.starts_with('r')) return;
  token.remove_prefix(1);
  const std::string number(token);
  requests_.OnAnswer(number, std::move(message));
}

void MemoryTransport::OnDown(std::string_view reason) {
  state_ = State::kDown;
  subscriptions_.OnDown();
  publisher_.OnDown();
  flows_.OnDown();
  TellState(state_, std::string(reason));
  requests_.OnDown();
}

void MemoryTransport::OnUp() {
  state_ = State::kUp;
  subscriptions_.OnUp();
  settlements_.OnUp();
  publisher_.OnUp();
  flows_.OnUp();
  TellState(state_, server().url);
}

void MemoryTransport::TellState(State state, std::string reason) {
  link_.Soon([this, state, reason = std::move(reason)] {
    if (state_sink_ != nullptr) state_sink_->OnState(state, reason);
  });
}

// ---- core NATS

absl::Status MemoryTransport::Send(const transport::Outgoing& message) {
  if (state_ == State::kClosed) {
    return Error(absl::StatusCode::kFailedPrecondition, "send ",
                 Quoted(message.subject), ": closed");
  }
  const absl::Status headers = CheckHeaders(message.headers);
  if (!headers.ok()) {
    return Annotate(headers, Cat("send ", Quoted(message.subject)));
  }
  const absl::StatusOr<Carried> carried = link_.Publish(message);
  if (!carried.ok()) return carried.status();
  broker_.Answer(*carried, message.reply);
  broker_.Pump();
  return absl::OkStatus();
}

Task<absl::StatusOr<Message>> MemoryTransport::Request(
    transport::Outgoing message, absl::Duration timeout) {
  const std::string act = Cat("request ", Quoted(message.subject));
  const absl::Status headers = CheckHeaders(message.headers);
  if (!headers.ok()) co_return Annotate(headers, act);
  absl::StatusOr<Message> answer = co_await requests_.Request(message, timeout);
  if (answer.ok()) co_return answer;
  co_return Annotate(answer.status(), act);
}

absl::StatusOr<std::unique_ptr<transport::Subscription>>
MemoryTransport::Subscribe(std::string_view subject, std::string_view queue,
                           transport::MessageSink& sink) {
  if (state_ == State::kClosed) {
    return Error(absl::StatusCode::kFailedPrecondition, "subscribe ",
                 Quoted(subject), ": closed");
  }
  return subscriptions_.Add(subject, queue, sink);
}

// ---- end

bool MemoryTransport::Ended(const std::shared_ptr<MemoryTransport*>& self) {
  return *self == nullptr || (*self)->state_ == State::kClosed;
}

bool MemoryTransport::quiet() const {
  return publisher_.idle() && settlements_.empty();
}

// Most answers come with the next turn, the others with the time.
Task<absl::Status> MemoryTransport::Flush(absl::Duration limit) {
  const std::shared_ptr<MemoryTransport*> self = self_;
  TimerQueue& clock = broker_.clock();
  const absl::Time deadline = clock.Now() + limit;
  bool turned = false;
  while (!Ended(self) && !quiet()) {
    if (clock.Now() >= deadline) {
      co_return Error(absl::StatusCode::kDeadlineExceeded, "flush: within ",
                      absl::FormatDuration(limit),
                      " not everything was sent and answered (",
                      publisher_.in_flight(), " publishes without answer)");
    }
    if (link_.up() && !std::exchange(turned, true)) {
      (co_await requests_.Turn()).IgnoreError();
    } else {
      co_await clock.Sleep(absl::Milliseconds(1));
    }
  }
  if (Ended(self)) co_return absl::FailedPreconditionError("flush: closed");
  co_return absl::OkStatus();
}

Task<void> MemoryTransport::Close() {
  if (state_ == State::kClosed) co_return;
  const std::shared_ptr<MemoryTransport*> self = self_;
  state_ = State::kClosed;
  flows_.Close();
  settlements_.Close();
  publisher_.Close();
  requests_.Close();
  subscriptions_.Close();
  link_.Close();
  co_await requests_.Told();
  if (*self != nullptr && state_sink_ != nullptr) {
    state_sink_->OnState(state_, "closed");
  }
}

}  // namespace walnats::testing
