#pragma once

// Knows how old at most a delivery is that is handed over now. A process that
// stalled, or was stopped, finds old deliveries in its socket, which the server
// may have given to somebody else meanwhile, and they do not say when they were
// sent. So every second a message is sent to ourselves on the way that
// deliveries take: what comes behind it was sent later.
//
// No I/O: its owner sends and receives.

#include <array>
#include <cstddef>
#include <cstdint>

#include "absl/time/time.h"

namespace walnats::nats {

class Echo {
 public:
  static constexpr absl::Duration kInterval = absl::Seconds(1);
  // While the last echo is younger, the next may be on its way.
  static constexpr absl::Duration kFresh = absl::Milliseconds(1200);

  // A new connection, from which nothing has come back.
  void Reset() {
    first_ = sent_ + 1;
    back_at_ = absl::InfinitePast();
  }

  // Sends one now: its number. 0: none has ever come back, as for an account
  // that must not publish to its own inbox.
  uint64_t Send(absl::Time now) {
    const bool hopeless =
        back_at_ == absl::InfinitePast() && sent_ + 1 >= first_ + kTries;
    if (hopeless) return 0;
    times_[++sent_ % kTries] = now;
    return sent_;
  }

  // One is back.
  void OnBack(uint64_t number) {
    if (number < first_ || number > sent_ || number + kTries <= sent_) return;
    back_at_ = times_[number % kTries];
  }

  // The server has sent what is handed over at `now` not before this, to
  // within kFresh; InfiniteFuture: just now, or nothing is known.
  absl::Time SentBy(absl::Time now) const {
    if (back_at_ == absl::InfinitePast() || now - back_at_ < kFresh) {
      return absl::InfiniteFuture();
    }
    return back_at_ + kFresh;
  }

 private:
  static constexpr std::size_t kTries = 8;

  std::array<absl::Time, kTries> times_;  // of the last, by number
  uint64_t first_ = 1;                    // of this connection
  uint64_t sent_ = 0;
  absl::Time back_at_ = absl::InfinitePast();  // when the last of them was sent
};

}  // namespace walnats::nats
