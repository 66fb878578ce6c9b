#include "walnats/runtime/real_clock.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "absl/time/clock.h"

namespace walnats {
namespace {

namespace asio = boost::asio;
using ::testing::ElementsAre;

TEST(RealClockTest, TellsWallTimeAndNeverGoesBack) {
  asio::io_context io;
  RealClock clock(io);
  EXPECT_LT(absl::AbsDuration(clock.Now() - absl::Now()), absl::Seconds(5));
  absl::Time last = clock.Now();
  for (int i = 0; i < 1'000; ++i) {
    const absl::Time now = clock.Now();
    ASSERT_GE(now, last);
    last = now;
  }
}

TEST(RealClockTest, FiresInOrderAndNotEarly) {
  asio::io_context io;
  RealClock clock(io);
  const absl::Time start = clock.Now();
  std::vector<int> fired;
  auto note = [&](int number, absl::Duration after) {
    EXPECT_GE(clock.Now(), start + after);
    fired.push_back(number);
  };
  Timer two(clock, [&] { note(2, absl::Milliseconds(4)); });
  Timer one(clock, [&] { note(1, absl::Milliseconds(2)); });
  two.Set(start + absl::Milliseconds(4));
  one.Set(start + absl::Milliseconds(2));
  io.run();
  EXPECT_THAT(fired, ElementsAre(1, 2));
}

TEST(RealClockTest, FiresAtOnceWhatIsDueAlready) {
  asio::io_context io;
  RealClock clock(io);
  int fired = 0;
  Timer timer(clock, [&] {
    if (++fired < 100) timer.Set(absl::InfinitePast());
  });
  timer.Set(absl::InfinitePast());
  io.run();
  EXPECT_EQ(fired, 100);
}

TEST(RealClockTest, HasNoWorkForItsLoopWithoutTimers) {
  asio::io_context io;
  RealClock clock(io);
  EXPECT_EQ(io.run(), 0u);
  Timer timer(clock, [] { FAIL(); });
  timer.Set(clock.Now() + absl::Hours(1'000'000));
  Timer never(clock, [] { FAIL(); });
  never.Set(absl::InfiniteFuture());
  timer.Cancel();
  never.Cancel();
  io.restart();
  const absl::Time before = absl::Now();
  io.run();
  EXPECT_LT(absl::Now() - before, absl::Seconds(30));
}

TEST(RealClockTest, MayDieWithARingQueued) {
  asio::io_context io;
  auto clock = std::make_unique<RealClock>(io);
  auto timer = std::make_unique<Timer>(*clock, [] { FAIL(); });
  // The loop looks at its timers first, so that the ring stands behind the
  // posted function.
  timer->Set(absl::InfinitePast());
  asio::post(io, [&] {
    timer.reset();
    clock.reset();
  });
  EXPECT_EQ(io.run(), 2u);
}

}  // namespace
}  // namespace walnats
