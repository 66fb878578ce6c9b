#include "walnats/testing/fake_clock.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

namespace walnats {
namespace {

namespace asio = boost::asio;
using ::testing::ElementsAre;
using testing::FakeClock;

TEST(FakeClockTest, StandsStill) {
  asio::io_context io;
  FakeClock clock(io);
  EXPECT_EQ(clock.Now(), absl::FromUnixSeconds(1'000'000'000));
  EXPECT_EQ(clock.Now(), clock.Now());
}

TEST(FakeClockTest, FiresTimersAtTheirTimesInOrder) {
  asio::io_context io;
  FakeClock clock(io);
  const absl::Time start = clock.Now();
  std::vector<absl::Duration> fired;
  auto note = [&] { fired.push_back(clock.Now() - start); };
  Timer late(clock, note);
  Timer early(clock, [&] {
    note();
    late.Set(start + absl::Seconds(2));
  });
  Timer never(clock, note);
  early.Set(start + absl::Seconds(1));
  never.Set(start + absl::Seconds(11));
  clock.Advance(absl::Seconds(10));
  EXPECT_THAT(fired, ElementsAre(absl::Seconds(1), absl::Seconds(2)));
  EXPECT_EQ(clock.Now(), start + absl::Seconds(10));
}

TEST(FakeClockTest, LetsCoroutinesProgressBetweenTimers) {
  asio::io_context io;
  FakeClock clock(io);
  int ticks = 0;
  auto tick = [&]() -> Task<void> {
    for (;;) {
      co_await clock.Sleep(absl::Minutes(1));
      ++ticks;
    }
  };
  asio::co_spawn(io, tick(), asio::detached);
  clock.Advance(absl::Hours(1));
  EXPECT_EQ(ticks, 60);
  clock.Advance(absl::Seconds(59));
  EXPECT_EQ(ticks, 60);
  clock.Advance(absl::Seconds(1));
  EXPECT_EQ(ticks, 61);
}

TEST(FakeClockTest, PollRunsWhatIsReadyWithoutTime) {
  asio::io_context io;
  FakeClock clock(io);
  const absl::Time before = clock.Now();
  for (int i = 0; i < 2; ++i) {
    bool ran = false;
    asio::post(io, [&] { ran = true; });
    clock.Poll();
    EXPECT_TRUE(ran);
  }
  EXPECT_EQ(clock.Now(), before);
}

}  // namespace
}  // namespace walnats
