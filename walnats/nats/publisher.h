#pragma once

// Acked publishes through a bounded window. A full window makes publishes wait
// in a queue, or refuses them; a lost answer is resolved by sending the same
// message id again inside the duplicate window (guarantee 1); no responders is
// tried again as ADR-22 says. Decisions only: it speaks to a Wire and its
// timers.
//
// In flight messages stand in a ring, slot = number & mask. The number is the
// token of the reply subject ("<inbox>p<hex>"), so a late answer to an older
// publish misses its slot and is ignored.

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "walnats/nats/wire.h"
#include "walnats/runtime/timer_queue.h"
#include "walnats/transport/transport.h"

namespace walnats::nats {

struct PublisherOptions {
  int window_messages = 4096;  // a power of two
  int64_t window_bytes = 16 << 20;
  // Without an answer for so long, the message is sent again (with id) or
  // reported as kUnknown (without).
  absl::Duration answer_limit = absl::Seconds(5);
  absl::Duration no_responders_delay = absl::Milliseconds(250);
  int no_responders_retries = 2;
};

class Publisher {
 public:
  // `wire` and `clock` outlive it.
  Publisher(Wire& wire, TimerQueue& clock, const PublisherOptions& options);
  ~Publisher();

  // As Transport::Publish.
  void Publish(const transport::Outgoing& message,
               const transport::Expect& expect,
               const transport::PublishOptions& options,
               transport::PublishCompletion& completion);

  // An answer to "<inbox>p<token>".
  void OnAnswer(std::string_view token, const transport::Message& answer);

  void OnUp();
  void OnDown();
  void OnWritable();
  // Nothing more is sent until the next OnUp.
  void OnLameDuck();

  // Completes everything: queued with kFailedPrecondition, in flight with
  // kUnknown.
  void Close();

  bool idle() const { return in_flight_ == 0 && queue_.empty(); }
  int in_flight() const { return in_flight_; }

 private:
  struct Slot;
  struct Waiting;
  int in_flight_ = 0;
  std::deque<Waiting> queue_;
};

}  // namespace walnats::nats
