#include "tests/simulation/mortal_wire.h"

#include "walnats/runtime/spawn.h"

namespace walnats::simulation {
namespace {

Task<absl::Status> CloseNow(nats::Wire& wire) {
  co_await wire.Close(absl::ZeroDuration());
  co_return absl::OkStatus();
}

}  // namespace

// Keeps the frames of a subscription from who was killed.
class MortalWire::Ticket final : public transport::Subscription,
                                 private transport::MessageSink {
 public:
  static absl::StatusOr<std::unique_ptr<transport::Subscription>> Make(
      const MortalWire& wire, std::string_view subject, std::string_view queue,
      transport::MessageSink& sink) {
    auto ticket = std::unique_ptr<Ticket>(new Ticket(wire, sink));
    auto inner = wire.inner_->Subscribe(subject, queue, *ticket);
    if (!inner.ok()) return inner.status();
    ticket->inner_ = *std::move(inner);
    return ticket;
  }

  void Stop() override { inner_->Stop(); }

 private:
  Ticket(const MortalWire& wire, transport::MessageSink& sink)
      : wire_(wire), sink_(sink) {}

  void OnMessage(transport::Message message) override {
    if (!wire_.killed_) sink_.OnMessage(std::move(message));
  }

  const MortalWire& wire_;
  transport::MessageSink& sink_;
  std::unique_ptr<transport::Subscription> inner_;
};

MortalWire::MortalWire(std::unique_ptr<nats::Wire> inner, TimerQueue& clock,
                       std::function<void()> on_gone)
    : inner_(std::move(inner)), clock_(clock), on_gone_(std::move(on_gone)) {
  inner_->SetSink(this);
}

MortalWire::~MortalWire() { on_gone_(); }

void MortalWire::Kill() {
  const bool was_up = up();
  killed_ = true;
  if (!std::exchange(closing_, true)) {
    Spawn(clock_.executor(), CloseNow(*inner_),
          [this](const absl::Status&) { closed_ = true; });
  }
  if (was_up && sink_ != nullptr) sink_->OnDown("killed");
}

absl::Status MortalWire::Publish(const transport::Outgoing& message) {
  if (killed_) return absl::UnavailableError("killed");
  return inner_->Publish(message);
}

absl::StatusOr<std::unique_ptr<transport::Subscription>> MortalWire::Subscribe(
    std::string_view subject, std::string_view queue,
    transport::MessageSink& sink) {
  if (killed_) return absl::UnavailableError("killed");
  return Ticket::Make(*this, subject, queue, sink);
}

Task<void> MortalWire::Close(absl::Duration limit) {
  if (!std::exchange(closing_, true)) {
    co_await inner_->Close(limit);
    closed_ = true;
  }
  while (!closed_) co_await clock_.Sleep(absl::Milliseconds(1));
}

void MortalWire::OnMessage(transport::Message message) {
  if (!killed_ && sink_ != nullptr) sink_->OnMessage(std::move(message));
}

void MortalWire::OnIdle() {
  if (!killed_ && sink_ != nullptr) sink_->OnIdle();
}

void MortalWire::OnUp() {
  if (!killed_ && sink_ != nullptr) sink_->OnUp();
}

void MortalWire::OnDown(std::string_view reason) {
  if (!killed_ && sink_ != nullptr) sink_->OnDown(reason);
}

void MortalWire::OnWritable() {
  if (!killed_ && sink_ != nullptr) sink_->OnWritable();
}

void MortalWire::OnLameDuck() {
  if (!killed_ && sink_ != nullptr) sink_->OnLameDuck();
}

}  // namespace walnats::simulation
