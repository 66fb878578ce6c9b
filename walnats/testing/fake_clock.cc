#include "walnats/testing/fake_clock.h"

#include <algorithm>
#include <boost/asio/io_context.hpp>

namespace walnats::testing {

FakeClock::FakeClock(boost::asio::io_context& io, absl::Time start)
    : TimerQueue(io.get_executor()), io_(io), now_(start) {}

absl::Time FakeClock::Now() const {
  std::lock_guard lock(mutex_);
  return now_;
}

void FakeClock::Advance(absl::Duration duration) {
  const absl::Time end = Now() + duration;
  Poll();
  while (next() <= end) {
    SetNow(std::max(next(), Now()));
    RunDue(Now());
    Poll();
  }
  SetNow(end);
}

void FakeClock::Poll() {
  if (io_.stopped()) io_.restart();
  io_.poll();
}

void FakeClock::SetNow(absl::Time now) {
  std::lock_guard lock(mutex_);
  now_ = now;
}

}  // namespace walnats::testing
