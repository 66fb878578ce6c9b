// kill -9 between every two steps of an inbox: what a handler has done and the
// inbox has kept is not done again.

#include <gtest/gtest.h>

#include <csignal>
#include <string>
#include <tuple>

#include "tests/integration/end_to_end_fixture.h"

namespace walnats::testing {
namespace {

constexpr uint64_t kEvents = 5;

struct Death {
  const char* step;
  size_t done_again;  // messages whose step the heir does again
};

class InboxCrashTest
    : public EndToEnd,
      public ::testing::WithParamInterface<std::tuple<const char*, Death>> {
 protected:
  RealServerOptions ServerOptions() const override {
    return {.binary = std::get<0>(GetParam())};
  }
  Death death() const { return std::get<1>(GetParam()); }
};

INSTANTIATE_TEST_SUITE_P(
    , InboxCrashTest,
    ::testing::Combine(::testing::Values(WALNATS_OLDEST_SERVER,
                                         WALNATS_NEWEST_SERVER),
                       ::testing::Values(Death{"inbox: step done", 1},
                                         Death{"inbox: step kept", 0},
                                         Death{"inbox: completion kept", 0})));

TEST_P(InboxCrashTest, AStepIsDoneOnceItIsKept) {
  ASSERT_NO_FATAL_FAILURE(Emit(kEvents));
  WorkerOptions options{.handler = "inbox", .ack_wait = absl::Seconds(1)};
  options.kill_at = death().step;
  const auto dying = StartWorker(options);
  ASSERT_EQ(dying->AwaitExit(), 128 + SIGKILL) << dying->errors();
  EXPECT_EQ(log_.lines(), 1u);
  options.kill_at = "";
  const auto heir = StartWorker(options);
  ASSERT_TRUE(Eventually([&] {
    return AllAcked(kWorkStream, kWorker, kEvents);
  })) << heir->errors();
  heir->Signal(SIGTERM);
  EXPECT_EQ(heir->AwaitExit(), 0) << heir->errors();
  EXPECT_EQ(log_.messages(), kEvents);
  EXPECT_EQ(log_.duplicates(), death().done_again);
}

}  // namespace
}  // namespace walnats::testing
