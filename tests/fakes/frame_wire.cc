#include "tests/fakes/frame_wire.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "walnats/base/strings.h"
#include "walnats/event/headers.h"
#include "walnats/testing/jetstream_model/subject.h"
#include "walnats/transport/publish_headers.h"

namespace walnats::nats {
namespace {

using absl::StatusCode;

// As Connection's.
constexpr std::size_t kUnsentBound = 1 << 20;
constexpr std::size_t kFrameBytes = 32;

std::size_t SizeOf(const transport::Outgoing& message) {
  const int64_t payload = transport::PayloadSize(message.headers, message.body);
  return kFrameBytes + message.subject.size() + message.reply.size() +
         static_cast<std::size_t>(payload);
}

// What can stand in the line of a PUB.
bool IsToken(std::string_view subject) {
  return !subject.empty() && std::ranges::none_of(subject, [](char c) {
    return static_cast<unsigned char>(c) <= ' ' || c == '\x7f';
  });
}

absl::Status PublishError(const transport::Outgoing& message, StatusCode code,
                          std::string_view why) {
  return Error(code, "publish ", Quoted(message.subject), ": ", why);
}

absl::Status Check(const transport::Outgoing& message, int64_t max_payload) {
  constexpr StatusCode kRefused = StatusCode::kFailedPrecondition;
  if (!IsToken(message.subject)) {
    return PublishError(message, kRefused, "no valid subject");
  }
  if (!message.reply.empty() && !IsToken(message.reply)) {
    return PublishError(message, kRefused,
                        Cat("no valid reply subject ", Quoted(message.reply)));
  }
  const absl::Status headers = CheckHeaders(message.headers);
  if (!headers.ok()) {
    return PublishError(message, kRefused, ToStd(headers.message()));
  }
  if (transport::PayloadSize(message.headers, message.body) > max_payload) {
    return PublishError(message, kRefused,
                        Cat("payload of ", message.body.size(),
                            " bytes over the limit of ", max_payload));
  }
  return absl::OkStatus();
}

}  // namespace

class FrameWire::Ticket : public transport::Subscription {
 public:
  explicit Ticket(std::shared_ptr<Interest> interest)
      : interest_(std::move(interest)) {}
  ~Ticket() override {
    FrameWire* const owner = interest_->owner;
    if (owner != nullptr) owner->EndInterest(interest_->number);
  }
  void Stop() override {
    if (interest_->owner != nullptr) interest_->owner->StopInterest(*interest_);
  }

 private:
  const std::shared_ptr<Interest> interest_;
};

// ---- to the server

absl::Status FrameWire::Publish(const transport::Outgoing& message) {
  if (!up()) {
    return PublishError(message, StatusCode::kUnavailable, "not connected");
  }
  absl::Status status = Check(message, hub_.info().max_payload);
  if (!status.ok()) return status;
  hub_.OnClientFrame(client_, message);
  Buffer({.text = CopyText(message)}, SizeOf(message));
  return absl::OkStatus();
}

void FrameWire::Buffer(Frame frame, std::size_t size) {
  if (link_ == nullptr) return;
  buffer_.push_back(std::move(frame));
  unsent_ += size;
  if (unsent_ > kUnsentBound) congested_ = true;
  WriteSoon();
}

void FrameWire::WriteSoon() {
  if (held_until_ > clock_.Now()) {
    write_timer_.Set(held_until_);
  } else if (!std::exchange(write_posted_, true)) {
    mailbox_->Post([this] {
      write_posted_ = false;
      Write();
    });
  }
}

void FrameWire::Write() {
  if (link_ == nullptr || held_until_ > clock_.Now()) return;
  for (const Frame& frame : std::exchange(buffer_, {})) link_->Send(frame);
  unsent_ = 0;
  if (leaving_) return LeaveServer();
  if (std::exchange(congested_, false) && sink_ != nullptr) {
    sink_->OnWritable();
  }
}

void FrameWire::Hold(absl::Time until) {
  held_until_ = std::max(held_until_, until);
  if (!buffer_.empty()) write_timer_.Set(held_until_);
}

// ---- interest

absl::StatusOr<std::unique_ptr<transport::Subscription>> FrameWire::Subscribe(
    std::string_view subject, std::string_view queue,
    transport::MessageSink& sink) {
  const auto refuse = [subject](std::string_view why) {
    return Error(StatusCode::kFailedPrecondition, "subscribe ", Quoted(subject),
                 ": ", why);
  };
  if (closing_) return refuse("the connection is closed");
  if (!testing::model::IsSubject(subject) ||
      (!queue.empty() && !IsToken(queue))) {
    return refuse("Invalid Subject");
  }
  auto interest = std::make_shared<Interest>();
  interest->number = ++last_interest_;
  interest->subject = subject;
  interest->queue = queue;
  interest->sink = &sink;
  interest->owner = this;
  interests_.emplace(interest->number, interest);
  BufferInterest(*interest);
  return std::make_unique<Ticket>(std::move(interest));
}

void FrameWire::BufferInterest(const Interest& interest) {
  auto text = std::make_shared<FrameText>();
  text->subject = interest.subject;
  text->queue = interest.queue;
  Buffer({.kind = Frame::Kind::kSubscribe,
          .subscription = interest.number,
          .text = std::move(text)},
         0);
}

void FrameWire::StopInterest(Interest& interest) {
  if (std::exchange(interest.stopped, true)) return;
  Buffer({.kind = Frame::Kind::kUnsubscribe, .subscription = interest.number},
         0);
}

void FrameWire::EndInterest(uint64_t number) {
  const auto found = interests_.find(number);
  StopInterest(*found->second);
  interests_.erase(found);
}

// ---- from the server

// As nats.c's queues are emptied: refusals first, then one subscription after
// the other, each in its order.
void FrameWire::OnFrames(std::vector<Frame> frames) {
  const auto rank = [](const Frame& frame) -> uint64_t {
    return frame.text && IsNoResponders(*frame.text) ? 0 : frame.subscription;
  };
  std::ranges::stable_sort(frames, {}, rank);
  const FrameLink* const from = link_;
  for (const Frame& frame : frames) {
    if (link_ == nullptr || link_ != from) break;  // lost inside
    HandOver(frame);
  }
  if (sink_ != nullptr) sink_->OnIdle();
}

void FrameWire::HandOver(const Frame& frame) {
  if (frame.kind == Frame::Kind::kLameDuck) {
    leaving_ = true;
    if (sink_ != nullptr) sink_->OnLameDuck();
    WriteSoon();  // and leave then
    return;
  }
  if (IsNoResponders(*frame.text)) {
    if (frame.text->subject.starts_with(inbox_)) {
      HandToSink(ToMessage(frame.text));
    }
  } else if (frame.subscription == kInboxSubscription) {
    HandToSink(ToMessage(frame.text));
  } else if (SinkOf(frame.subscription) != nullptr) {
    transport::Message message = ToMessage(frame.text);
    hub_.OnServerFrame(client_, message);
    transport::MessageSink* const sink = SinkOf(frame.subscription);
    if (sink != nullptr) sink->OnMessage(std::move(message));
  }
}

void FrameWire::HandToSink(transport::Message message) {
  if (sink_ == nullptr) return;
  hub_.OnServerFrame(client_, message);
  if (sink_ != nullptr) sink_->OnMessage(std::move(message));
}

transport::MessageSink* FrameWire::SinkOf(uint64_t subscription) {
  const auto found = interests_.find(subscription);
  return found == interests_.end() ? nullptr : found->second->sink;
}

}  // namespace walnats::nats
