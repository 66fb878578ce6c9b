#pragma once

// A Wire that its owner can kill, as `kill -9` does: the server sees the
// connection end, and the process neither hears nor says anything any more,
// whatever it still does.

#include <functional>
#include <memory>
#include <string_view>
#include <utility>

#include "walnats/nats/wire.h"
#include "walnats/runtime/timer_queue.h"

namespace walnats::simulation {

class MortalWire final : public nats::Wire, private nats::WireSink {
 public:
  // `clock` outlives it. `on_gone` is called when it dies.
  MortalWire(std::unique_ptr<nats::Wire> inner, TimerQueue& clock,
             std::function<void()> on_gone);
  ~MortalWire() override;

  void Kill();

  void SetSink(nats::WireSink* sink) override { sink_ = sink; }
  bool up() const override { return !killed_ && inner_->up(); }
  std::string_view inbox() const override { return inner_->inbox(); }
  absl::Status Publish(const transport::Outgoing& message) override;
  bool writable() const override { return inner_->writable(); }
  absl::StatusOr<std::unique_ptr<transport::Subscription>> Subscribe(
      std::string_view subject, std::string_view queue,
      transport::MessageSink& sink) override;
  transport::ServerInfo server() const override { return inner_->server(); }
  std::size_t unsent() const override { return killed_ ? 0 : inner_->unsent(); }
  Task<void> Close(absl::Duration limit) override;

 private:
  class Ticket;

  void OnMessage(transport::Message message) override;
  void OnIdle() override;
  void OnUp() override;
  void OnDown(std::string_view reason) override;
  void OnWritable() override;
  void OnLameDuck() override;

  std::unique_ptr<nats::Wire> inner_;
  TimerQueue& clock_;
  const std::function<void()> on_gone_;
  nats::WireSink* sink_ = nullptr;
  bool killed_ = false;
  bool closing_ = false;  // inner_
  bool closed_ = false;   //
};

}  // namespace walnats::simulation
