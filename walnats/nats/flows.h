#pragma once

// All flows of one connection: which of them a delivery or a status is for.
// Deliveries are routed by the stream and consumer of their ack subject, the
// statuses of pulls by their subject, "<inbox>s.<hex flow>-<hex pull>". Those
// have a subscription of their own, whose end makes the server forget every
// pull. On the same way comes the Echo, "<inbox>s.t<hex number>".

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "walnats/nats/echo.h"
#include "walnats/nats/wire.h"
#include "walnats/runtime/timer_queue.h"
#include "walnats/transport/transport.h"

namespace walnats::nats {

class PullFlow;

class Flows final : private transport::MessageSink {
 public:
  // `wire` and `clock` outlive it. Flows may outlive it: they are dead then.
  Flows(Wire& wire, TimerQueue& clock);
  // Closes.
  ~Flows();
  Flows(const Flows&) = delete;
  Flows& operator=(const Flows&) = delete;

  // Of several flows of one consumer the newest gets the deliveries.
  std::unique_ptr<transport::Flow> Open(const std::string& stream,
                                        const std::string& consumer,
                                        const transport::FlowOptions& options,
                                        transport::DeliverySink& sink);

  // A pulled message, or the status of a pull. Dropped if its flow is gone or
  // has no room for it: the server delivers it again.
  void OnMessage(transport::Message message) override;
  // To the flows that got something since the last call.
  void OnIdle();
  void OnUp();
  void OnDown();

  // Every flow asks for nothing any more.
  void Stop();
  // The server drops the pulls of every flow. What it sends before it does
  // still comes until EndInterest; after that it is lost to us until ack_wait.
  void StopInterest() {
    if (interest_) interest_->Stop();
  }
  void EndInterest() {
    interest_.reset();
    echo_timer_.Cancel();
  }
  // Deliveries so far.
  uint64_t received() const { return received_; }
  // No flow has a backlog at the server that its pulls still ask for.
  bool dry() const;

  void Close();

 private:
  friend class PullFlow;
  void OnStatus(const transport::Message& message);
  void SendEcho();
  PullFlow* Find(std::string_view key);
  void Forget(PullFlow& flow);

  Wire& wire_;
  TimerQueue& clock_;
  const std::string inbox_;                            // "<wire's inbox>s."
  std::unique_ptr<transport::Subscription> interest_;  // in inbox_
  Echo echo_;
  Timer echo_timer_;
  uint64_t received_ = 0;
  uint64_t last_id_ = 0;
  std::map<uint64_t, PullFlow*> by_id_;  // asked in an order that repeats
  absl::flat_hash_map<std::string, PullFlow*> by_key_;
  PullFlow* last_hit_ = nullptr;  // most deliveries come in rows
  std::vector<PullFlow*> touched_;
  bool up_ = false;
  bool closed_ = false;
};

}  // namespace walnats::nats
