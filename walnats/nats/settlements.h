#pragma once

// Sends acks, naks and terms to where a delivery came from. Those that meet a
// lost connection are kept until it is back, or until their deadline: after it
// the server redelivers, and a late ack could settle somebody else's attempt.

#include <deque>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "walnats/nats/wire.h"
#include "walnats/runtime/timer_queue.h"
#include "walnats/transport/delivery.h"

namespace walnats::nats {

inline constexpr std::string_view kAckBody = "+ACK";
inline constexpr std::string_view kInProgressBody = "+WPI";

std::string NakBody(const transport::Nak& nak);
// A server without `term_reason` ignores a +TERM that says more.
std::string TermBody(const transport::Term& term, bool term_reason);

class Settlements {
 public:
  // `wire` and `clock` outlive it.
  Settlements(Wire& wire, TimerQueue& clock) : wire_(wire), clock_(clock) {}

  void Send(std::string_view subject, std::string_view body,
            absl::Time deadline);
  void OnUp();
  void Close() { kept_.clear(); }

  bool empty() const { return kept_.empty(); }

 private:
  struct Kept {
    std::string subject;
    std::string body;
    absl::Time deadline;
  };
  bool TrySend(std::string_view subject, std::string_view body);

  Wire& wire_;
  TimerQueue& clock_;
  std::deque<Kept> kept_;
};

}  // namespace walnats::nats
