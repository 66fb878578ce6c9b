#include "tests/nats/fake_wire.h"

#include <gtest/gtest.h>

#include <utility>

#include "walnats/base/strings.h"
#include "walnats/transport/owned_message.h"

namespace walnats::nats {

using transport::Message;

class FakeWire::Ticket : public transport::Subscription {
 public:
  Ticket(FakeWire& wire, std::string prefix)
      : wire_(wire), prefix_(std::move(prefix)) {}
  ~Ticket() override {
    wire_.sinks_.erase(prefix_);
    wire_.stopped_.erase(prefix_);
  }
  void Stop() override { wire_.stopped_.insert(prefix_); }

 private:
  FakeWire& wire_;
  const std::string prefix_;
};

std::string FakeWire::Sent::header(std::string_view name) const {
  for (const transport::StoredHeader& one : headers) {
    if (one.name == name) return one.value;
  }
  return "";
}

void FakeWire::GoUp() {
  up_ = true;
  sink_->OnUp();
}

void FakeWire::GoDown() {
  up_ = false;
  sink_->OnDown("cut by the test");
}

void FakeWire::Writable() {
  is_writable = true;
  sink_->OnWritable();
}

void FakeWire::Deliver(const std::string& subject, const std::string& body,
                       const Headers& headers) {
  DeliverPulled(subject, body, "", headers);
}

void FakeWire::DeliverPulled(const std::string& subject,
                             const std::string& body, const std::string& reply,
                             const Headers& headers) {
  std::vector<Header> views;
  for (const auto& [name, value] : headers) views.push_back({name, value});
  Message message = transport::OwnedMessage(subject, reply, views, body);
  if (!up_) return;
  for (const auto& [prefix, sink] : sinks_) {
    if (!reply.empty() || subject.starts_with(prefix)) {
      sink->OnMessage(std::move(message));
      return;
    }
  }
  if (reply.empty() && sink_ != nullptr) sink_->OnMessage(std::move(message));
}

void FakeWire::NoResponders(const Sent& request) {
  Deliver(request.reply, "", {{"Status", "503"}});
}

std::vector<FakeWire::Sent> FakeWire::Take() {
  return std::exchange(sent_, {});
}

FakeWire::Sent FakeWire::TakeOne() {
  std::vector<Sent> sent = Take();
  EXPECT_EQ(sent.size(), 1U);
  return sent.empty() ? Sent() : sent.front();
}

absl::Status FakeWire::Publish(const transport::Outgoing& message) {
  if (!up_) return absl::UnavailableError("not connected");
  if (!refusal.ok()) return refusal;
  if (message.subject.starts_with(Cat(inbox(), "s.t"))) {
    echoes.emplace_back(message.subject);
    return absl::OkStatus();
  }
  Sent& sent = sent_.emplace_back();
  sent.subject = message.subject;
  sent.reply = message.reply;
  sent.body = message.body;
  for (const Header& header : message.headers) {
    sent.headers.push_back(
        {std::string(header.name), std::string(header.value)});
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<transport::Subscription>> FakeWire::Subscribe(
    std::string_view subject, std::string_view, transport::MessageSink& sink) {
  std::string prefix(subject.substr(0, subject.find('*')));
  sinks_[prefix] = &sink;
  return std::make_unique<Ticket>(*this, std::move(prefix));
}

Task<void> FakeWire::Close(absl::Duration) {
  up_ = false;
  if (closed != nullptr) *closed = true;
  co_return;
}

}  // namespace walnats::nats
