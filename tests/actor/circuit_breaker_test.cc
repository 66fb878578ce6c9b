#include "walnats/actor/circuit_breaker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace walnats::internal {
namespace {

using Phase = BreakerState::Phase;

constexpr absl::Time kNow = absl::UnixEpoch();

CircuitBreaker Options(double failures, int window) {
  return {.failures = failures,
          .window = window,
          .pause = absl::Seconds(5),
          .pause_max = absl::Seconds(15)};
}

// 'x' is an attempt that failed, any other a good one.
void Attempt(BreakerState& breaker, std::string_view attempts) {
  for (const char attempt : attempts) {
    breaker.OnEnd(attempt == 'x', false, kNow);
  }
}

TEST(BreakerStateTest, OpensAtTheShareOfTheWindow) {
  struct Case {
    double failures;
    int window;
    std::string attempts;
    bool opens;
  };
  for (const Case& c : std::vector<Case>{
           {0.5, 4, "", false},
           {0.5, 4, "x", false},
           {0.5, 4, "xx", true},  // whatever the next two would be
           {0.5, 4, "x.x", true},
           {0.5, 4, "x...x", false},  // the first is out of the window
           {0.5, 4, "x..x", true},
           {0.5, 4, "....xx", true},
           {0.5, 4, "..x...x...x...x", false},
           {1, 3, "xx.xx", false},
           {1, 3, "xx.xxx", true},
           {0.07, 100, "xxxxxx", false},
           {0.07, 100, "xxxxxxx", true},  // 0.07 * 100 is a little over 7
           {0, 4, "xxxxxxxx", false},     // no breaker
       }) {
    BreakerState breaker(Options(c.failures, c.window));
    Attempt(breaker, c.attempts);
    EXPECT_EQ(breaker.phase(), c.opens ? Phase::kOpen : Phase::kClosed)
        << c.failures << " of " << c.window << ": " << c.attempts;
  }
}

TEST(BreakerStateTest, IsHalfOpenWhenThePauseIsOver) {
  BreakerState breaker(Options(0.5, 4));
  EXPECT_EQ(breaker.until(), absl::InfiniteFuture());
  Attempt(breaker, "xx");
  EXPECT_EQ(breaker.until(), kNow + absl::Seconds(5));
  breaker.OnTime(kNow + absl::Seconds(4.9));
  EXPECT_EQ(breaker.phase(), Phase::kOpen);
  EXPECT_FALSE(breaker.TakeProbe());
  breaker.OnTime(kNow + absl::Seconds(5));
  EXPECT_EQ(breaker.phase(), Phase::kHalfOpen);
}

TEST(BreakerStateTest, StartsOneProbe) {
  BreakerState breaker(Options(0.5, 4));
  EXPECT_FALSE(breaker.TakeProbe());
  Attempt(breaker, "xx");
  breaker.OnTime(breaker.until());
  EXPECT_TRUE(breaker.wants_probe());
  EXPECT_TRUE(breaker.TakeProbe());
  EXPECT_FALSE(breaker.wants_probe());
  EXPECT_FALSE(breaker.TakeProbe());
}

TEST(BreakerStateTest, AGoodProbeClosesItWithAnEmptyWindow) {
  BreakerState breaker(Options(0.5, 4));
  Attempt(breaker, "xx");
  breaker.OnTime(breaker.until());
  breaker.TakeProbe();
  breaker.OnEnd(false, true, kNow + absl::Seconds(6));
  EXPECT_TRUE(breaker.closed());
  Attempt(breaker, "x");
  EXPECT_TRUE(breaker.closed());
  Attempt(breaker, "x");
  EXPECT_EQ(breaker.until(), kNow + absl::Seconds(5));
}

TEST(BreakerStateTest, AFailedProbeOpensItForTwiceAsLong) {
  BreakerState breaker(Options(0.5, 4));
  Attempt(breaker, "xx");
  for (const int pause : {10, 15, 15}) {
    const absl::Time now = breaker.until();
    breaker.OnTime(now);
    ASSERT_TRUE(breaker.TakeProbe());
    breaker.OnEnd(true, true, now);
    EXPECT_EQ(breaker.until(), now + absl::Seconds(pause));
  }
}

TEST(BreakerStateTest, OnlyTheProbeCountsUntilItIsClosed) {
  for (const bool half_open : {false, true}) {
    BreakerState breaker(Options(0.5, 4));
    Attempt(breaker, "xx");
    if (half_open) breaker.OnTime(breaker.until());
    const absl::Time until = breaker.until();
    Attempt(breaker, ".x.x....");
    EXPECT_EQ(breaker.phase(), half_open ? Phase::kHalfOpen : Phase::kOpen);
    EXPECT_EQ(breaker.until(), until);
  }
}

}  // namespace
}  // namespace walnats::internal
