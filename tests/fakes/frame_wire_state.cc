#include <algorithm>
#include <cassert>
#include <utility>

#include "tests/fakes/frame_wire.h"
#include "walnats/base/strings.h"

namespace walnats::nats {
namespace {

// As Connection's first.
constexpr absl::Duration kReconnectDelay = absl::Milliseconds(100);

}  // namespace

FrameWire::FrameWire(FrameHub& hub, TimerQueue& clock, uint64_t client)
    : hub_(hub),
      clock_(clock),
      client_(client),
      inbox_(Cat("_INBOX.client", client, ".")),
      mailbox_(std::make_shared<Mailbox>(clock.executor())),
      reconnect_timer_(clock, [this] { OnReconnectTime(); }),
      write_timer_(clock, [this] { Write(); }) {
  if (!Connect()) reconnect_timer_.Set(hub_.away_until());
}

FrameWire::~FrameWire() {
  assert(closed_ && "await Close first");
  for (const auto& [number, interest] : interests_) interest->owner = nullptr;
  hub_.Forget(*this);
}

bool FrameWire::Connect() {
  link_ = hub_.Open(*this);
  if (link_ == nullptr) return false;
  up_ = true;
  Interest inbox;
  inbox.number = kInboxSubscription;
  inbox.subject = Cat(inbox_, "*");
  BufferInterest(inbox);
  for (const auto& [number, interest] : interests_) {
    if (!interest->stopped) BufferInterest(*interest);
  }
  return true;
}

void FrameWire::OnReconnectTime() {
  if (!Connect()) {
    reconnect_timer_.Set(hub_.away_until());
  } else if (sink_ != nullptr) {
    sink_->OnUp();
  }
}

void FrameWire::OnLost(std::string_view reason, absl::Time back_at) {
  const bool had = link_ != nullptr;
  Detach();
  back_at_ = had ? back_at : std::max(back_at_, back_at);
  if (had) {
    mailbox_->Post([this, text = std::string(reason)] { GoDown(text); });
  } else if (!up_ && !closing_) {
    reconnect_timer_.Set(back_at_);
  }
}

void FrameWire::Detach() {
  link_ = nullptr;
  leaving_ = false;
  buffer_.clear();
  write_timer_.Cancel();
  held_until_ = absl::InfinitePast();
}

void FrameWire::GoDown(const std::string& reason) {
  up_ = false;
  unsent_ = 0;
  congested_ = false;
  WakeClose();
  if (closing_) return;
  reconnect_timer_.Set(std::max(back_at_, clock_.Now()));
  if (sink_ != nullptr) sink_->OnDown(reason);
}

void FrameWire::LeaveServer() {
  link_->Send({.kind = Frame::Kind::kEnd});
  hub_.Leave(*this, true);
  OnLost("the server shuts down", clock_.Now() + kReconnectDelay);
}

Task<void> FrameWire::Close(absl::Duration limit) {
  assert(!closing_);
  closing_ = true;
  sink_ = nullptr;
  reconnect_timer_.Cancel();
  // Whoever called may stand in one of our callbacks: let it return.
  const auto yield = [this] { WakeClose(); };
  co_await AwaitWake(yield);
  Timer timer(clock_, [this] { WakeClose(); });
  const auto flush = [&] {
    Buffer({.kind = Frame::Kind::kEnd}, 0);
    timer.Set(clock_.Now() + limit);
  };
  if (link_ != nullptr) co_await AwaitWake(flush);
  if (link_ != nullptr) hub_.Leave(*this, false);
  Detach();
  up_ = false;
  mailbox_->Close();
  closed_ = true;
}

void FrameWire::OnEnded() {
  Detach();
  WakeClose();
}

Task<void> FrameWire::AwaitWake(absl::FunctionRef<void()> start) {
  Suspension waiter;
  close_waiter_ = &waiter;
  co_await waiter.Wait(start);
}

void FrameWire::WakeClose() {
  if (close_waiter_ == nullptr) return;
  mailbox_->Post(
      [waiter = std::exchange(close_waiter_, nullptr)] { waiter->Resume(); });
}

}  // namespace walnats::nats
