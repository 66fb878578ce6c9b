#pragma once

// Time that stands still until the test moves it:
//
//   boost::asio::io_context io;
//   FakeClock clock(io);
//   ... spawn something that sleeps five minutes ...
//   clock.Advance(absl::Minutes(5));

#include <mutex>

#include "absl/time/time.h"
#include "walnats/runtime/timer_queue.h"

namespace boost::asio {
class io_context;
}

namespace walnats::testing {

// Used on the thread of the test, which is the one that runs `io`; Now on any.
class FakeClock : public TimerQueue {
 public:
  // Begins on 2001-09-09 01:46:40 UTC, Unix second 10^9.
  explicit FakeClock(boost::asio::io_context& io,
                     absl::Time start = absl::FromUnixSeconds(1'000'000'000));

  absl::Time Now() const override;

  // Moves the time by `duration` >= 0, from timer to timer: at each time that
  // has one, Now() is that time, what is due fires, and everything that is
  // ready on the io_context runs, before the next. Also runs what is ready
  // before the first and after the last.
  void Advance(absl::Duration duration);

  // Runs everything that is ready on the io_context; the time stands.
  void Poll();

 protected:
  void OnEarlier(absl::Time) override {}

 private:
  void SetNow(absl::Time now);

  boost::asio::io_context& io_;
  mutable std::mutex mutex_;
  absl::Time now_;
};

}  // namespace walnats::testing
