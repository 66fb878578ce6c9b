#pragma once

// One direction of one connection: a queue of frames, as good or bad as the
// Network says. Messages alone are lost, doubled and overtaken; interest (SUB,
// UNSUB) and notices always arrive, and nothing overtakes them.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <random>
#include <vector>

#include "absl/time/time.h"
#include "tests/fakes/frame.h"
#include "tests/fakes/frame_server.h"
#include "walnats/nats/mailbox.h"
#include "walnats/runtime/timer_queue.h"

namespace walnats::nats {

// What is random: the same seed and the same questions, the same answers on
// every machine.
class FrameDice {
 public:
  explicit FrameDice(uint64_t seed) : engine_(seed) {}

  // Asks nothing for 0.
  bool Chance(double probability);
  // Both ends included.
  absl::Duration Between(absl::Duration least, absl::Duration most);
  std::size_t Below(std::size_t count);

 private:
  std::mt19937_64 engine_;
};

class FrameLink {
 public:
  class Receiver {
   public:
    // What has arrived together. May destroy the link.
    virtual void OnFrames(std::vector<Frame> frames) = 0;

   protected:
    ~Receiver() = default;
  };

  // All outlive it. `network` may change.
  FrameLink(TimerQueue& clock, FrameDice& dice, const Network& network,
            Receiver& receiver);
  ~FrameLink();
  FrameLink(const FrameLink&) = delete;
  FrameLink& operator=(const FrameLink&) = delete;

  // Arrives in a later turn of the executor.
  void Send(const Frame& frame);
  // Nothing arrives before.
  void Hold(absl::Time until);
  // What is on its way, and all that is sent from now on, is lost.
  void Cut();

 private:
  struct Travelling {
    Frame frame;
    absl::Time arrival;  // never before that of the one in front
  };

  void Enqueue(const Frame& frame);
  // Before how many of the last ones it arrives.
  std::size_t Overtaken(const Frame& frame);
  void Arm();
  void Turn();

  TimerQueue& clock_;
  FrameDice& dice_;
  const Network& network_;
  Receiver& receiver_;
  std::deque<Travelling> queue_;
  absl::Time held_until_ = absl::InfinitePast();
  bool cut_ = false;
  bool posted_ = false;
  const std::shared_ptr<Mailbox> mailbox_;
  Timer timer_;
};

}  // namespace walnats::nats
