#include "walnats/runtime/real_clock.h"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>

#include "absl/time/clock.h"

namespace walnats {
namespace {

using Steady = std::chrono::steady_clock;  // CLOCK_MONOTONIC

// Beyond it the arithmetic of chrono could overflow; the alarm then rings in
// vain once a day.
constexpr absl::Duration kLongestAlarm = absl::Hours(24);

}  // namespace

struct RealClock::Alarm {
  explicit Alarm(boost::asio::io_context& io) : timer(io) {}

  absl::Time wall_start = absl::Now();
  Steady::time_point steady_start = Steady::now();
  boost::asio::steady_timer timer;
  absl::Time armed_for = absl::InfiniteFuture();
};

RealClock::RealClock(boost::asio::io_context& io)
    : TimerQueue(io.get_executor()), alarm_(std::make_shared<Alarm>(io)) {}

RealClock::~RealClock() = default;

absl::Time RealClock::Now() const {
  return alarm_->wall_start +
         absl::FromChrono(Steady::now() - alarm_->steady_start);
}

void RealClock::OnEarlier(absl::Time when) {
  if (when >= alarm_->armed_for) return;
  alarm_->armed_for = when;
  const absl::Duration wait = std::min(when - Now(), kLongestAlarm);
  alarm_->timer.expires_after(absl::ToChronoNanoseconds(wait));
  // A ring that is queued already cannot be cancelled, so it may come after the
  // clock is gone.
  alarm_->timer.async_wait(
      [this, weak = std::weak_ptr(alarm_)](boost::system::error_code error) {
        if (!error && !weak.expired()) Ring();
      });
}

void RealClock::OnEmpty() {
  if (alarm_->armed_for == absl::InfiniteFuture()) return;
  alarm_->armed_for = absl::InfiniteFuture();
  alarm_->timer.cancel();
}

void RealClock::Ring() {
  alarm_->armed_for = absl::InfiniteFuture();
  RunDue(Now());
  if (next() != absl::InfiniteFuture()) OnEarlier(next());
}

}  // namespace walnats
