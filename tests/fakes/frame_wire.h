#pragma once

// A client's end of the connections to a FrameServer, one after the other: the
// Wire that the machines of nats/ know, keeping the promises of Connection.

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tests/fakes/frame.h"
#include "tests/fakes/frame_network.h"
#include "walnats/nats/mailbox.h"
#include "walnats/nats/wire.h"
#include "walnats/runtime/suspension.h"
#include "walnats/runtime/timer_queue.h"

namespace walnats::nats {

class FrameWire;

// What a wire knows of its server.
class FrameHub {
 public:
  // Where to send frames, or nullptr while the server is away.
  virtual FrameLink* Open(FrameWire& wire) = 0;
  virtual absl::Time away_until() const = 0;
  // The connection is given up: nothing more comes from it. If the end was
  // announced (kEnd), what was sent before it still arrives.
  virtual void Leave(FrameWire& wire, bool announced) = 0;
  virtual void Forget(FrameWire& wire) = 0;
  virtual const transport::ServerInfo& info() const = 0;

  virtual void OnClientFrame(uint64_t client,
                             const transport::Outgoing& frame) = 0;
  virtual void OnServerFrame(uint64_t client,
                             const transport::Message& frame) = 0;

 protected:
  ~FrameHub() = default;
};

class FrameWire : public Wire, public FrameLink::Receiver {
 public:
  // Both outlive it. Connects at once if it can.
  FrameWire(FrameHub& hub, TimerQueue& clock, uint64_t client);
  // Await Close first.
  ~FrameWire() override;

  // ---- for the hub
  uint64_t client() const { return client_; }
  // The connection is gone, and comes back at `back_at`. The sink hears of it
  // in a later turn.
  void OnLost(std::string_view reason, absl::Time back_at);
  // The server has worked off all that came before kEnd.
  void OnEnded();
  // Nothing is written before.
  void Hold(absl::Time until);
  // FrameLink::Receiver
  void OnFrames(std::vector<Frame> frames) override;

  // ---- Wire
  void SetSink(WireSink* sink) override { sink_ = sink; }
  bool up() const override { return up_ && !closing_; }
  std::string_view inbox() const override { return inbox_; }
  absl::Status Publish(const transport::Outgoing& message) override;
  bool writable() const override { return !congested_; }
  absl::StatusOr<std::unique_ptr<transport::Subscription>> Subscribe(
      std::string_view subject, std::string_view queue,
      transport::MessageSink& sink) override;
  transport::ServerInfo server() const override { return hub_.info(); }
  std::size_t unsent() const override { return unsent_; }
  Task<void> Close(absl::Duration limit) override;

 private:
  static constexpr uint64_t kInboxSubscription = 1;
  // Shared with its Ticket, which may outlive the wire.
  struct Interest {
    uint64_t number = 0;
    std::string subject;
    std::string queue;
    transport::MessageSink* sink = nullptr;
    bool stopped = false;
    FrameWire* owner = nullptr;  // null once the wire is gone
  };
  class Ticket;

  // ---- connecting and closing (frame_wire_state.cc)
  bool Connect();
  void OnReconnectTime();
  void GoDown(const std::string& reason);
  void Detach();

  void LeaveServer();
  Task<void> AwaitWake(absl::FunctionRef<void()> start);
  void WakeClose();

  // ---- while up
  void Buffer(Frame frame, std::size_t size);
  void BufferInterest(const Interest& interest);
  void WriteSoon();
  void Write();
  void StopInterest(Interest& interest);
  void EndInterest(uint64_t number);

  void HandOver(const Frame& frame);
  void HandToSink(transport::Message message);
  transport::MessageSink* SinkOf(uint64_t subscription);

  FrameHub& hub_;
  TimerQueue& clock_;
  const uint64_t client_;
  const std::string inbox_;
  const std::shared_ptr<Mailbox> mailbox_;
  WireSink* sink_ = nullptr;

  bool up_ = false;            // as far as the sink knows
  FrameLink* link_ = nullptr;  // null once lost
  absl::Time back_at_;
  Timer reconnect_timer_;
  bool leaving_ = false;  // a lame duck

  std::vector<Frame> buffer_;
  std::size_t unsent_ = 0;
  bool congested_ = false;
  bool write_posted_ = false;
  absl::Time held_until_ = absl::InfinitePast();
  Timer write_timer_;

  std::map<uint64_t, std::shared_ptr<Interest>> interests_;
  uint64_t last_interest_ = kInboxSubscription;

  bool closing_ = false;
  bool closed_ = false;
  Suspension* close_waiter_ = nullptr;
};

}  // namespace walnats::nats
