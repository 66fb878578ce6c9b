#include "walnats/actor/prefetch.h"

namespace walnats::internal {
namespace {

constexpr absl::Duration kAckWait = absl::Seconds(20);

Prefetch After(int jobs, std::vector<absl::Duration> durations) {
  Prefetch prefetch(kAckWait, jobs, jobs);
  for (absl::Duration duration : durations) prefetch.Record(duration);
  return prefetch;
}

TEST(PrefetchTest, HoldsWhatItCanStartUntilItKnowsMore) {
  EXPECT_EQ(Prefetch(kAckWait, 1, 1).capacity(), 1);
  EXPECT_EQ(Prefetch(kAckWait, 16, 16).capacity(), 16);
}

TEST(PrefetchTest, HoldsAQuarterOfAckWait) {
  struct Case {
    int jobs;
    absl::Duration duration;
    int capacity;
  };
  // 20 s / 4 = 5 s of handler time for each job.
  for (const Case& c : std::vector<Case>{
           {1, absl::ZeroDuration(), 5000},
           {1, absl::Microseconds(10), 5000},
           {1, absl::Milliseconds(10), 500},
           {1, absl::Milliseconds(500), 10},
           {4, absl::Milliseconds(500), 40},
           {1, absl::Seconds(5), 1},
           {1, absl::Minutes(1), 1},
           {16, absl::Seconds(1), 80},
           {16, absl::Seconds(5), 16},
           {16, absl::Minutes(10), 16},
       }) {
    EXPECT_NEAR(After(c.jobs, {c.duration}).capacity(), c.capacity, 1)
        << c.jobs << " jobs of " << c.duration;
    EXPECT_GE(After(c.jobs, {c.duration}).capacity(), c.jobs);
  }
}

TEST(PrefetchTest, HoldsNoFewerThanItsLeast) {
  Prefetch prefetch(kAckWait, 1, 64);
  EXPECT_EQ(prefetch.capacity(), 64);
  prefetch.Record(absl::Seconds(5));
  EXPECT_EQ(prefetch.capacity(), 64);
}

TEST(PrefetchTest, NeverHoldsMoreThanItsMost) {
  EXPECT_EQ(After(1000, {absl::ZeroDuration()}).capacity(), Prefetch::kMost);
}

TEST(PrefetchTest, FollowsAHandlerThatBecomesSlow) {
  Prefetch prefetch(kAckWait, 1, 1);
  for (int i = 0; i < 1000; ++i) prefetch.Record(absl::Microseconds(1));
  EXPECT_EQ(prefetch.capacity(), Prefetch::kMost);
  prefetch.Record(absl::Seconds(8));
  EXPECT_LE(prefetch.capacity(), 10);
  for (int i = 0; i < 100; ++i) prefetch.Record(absl::Seconds(8));
  EXPECT_EQ(prefetch.capacity(), 1);
}

TEST(PrefetchTest, FollowsAHandlerThatBecomesFast) {
  Prefetch prefetch = After(1, {absl::Seconds(10)});
  EXPECT_EQ(prefetch.capacity(), 1);
  for (int i = 0; i < 300; ++i) prefetch.Record(absl::Milliseconds(10));
  EXPECT_NEAR(prefetch.capacity(), 500, 5);
}

}  // namespace
}  // namespace walnats::internal
