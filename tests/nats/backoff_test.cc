#include "walnats/nats/backoff.h"

#include <gtest/gtest.h>

namespace walnats::nats {
namespace {

TEST(BackoffTest, DoublesUpToItsBoundWithinHalfOfJitter) {
  Backoff backoff(absl::Milliseconds(100), absl::Milliseconds(500), 1);
  for (const int full : {100, 200, 400, 500, 500}) {
    const absl::Duration next = backoff.Next();
    EXPECT_GE(next, absl::Milliseconds(full) / 2);
    EXPECT_LE(next, absl::Milliseconds(full));
  }
  backoff.Reset();
  EXPECT_LE(backoff.Next(), absl::Milliseconds(100));
}

TEST(BackoffTest, DiffersBetweenClients) {
  Backoff one(absl::Seconds(1), absl::Seconds(8), 1);
  Backoff other(absl::Seconds(1), absl::Seconds(8), 2);
  EXPECT_NE(one.Next(), other.Next());
}

}  // namespace
}  // namespace walnats::nats
