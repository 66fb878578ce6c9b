// SIGTERM of a process that works.

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <memory>
#include <string>

#include "tests/integration/end_to_end_fixture.h"

namespace walnats::testing {
namespace {

constexpr uint64_t kEvents = 5000;

// Whatever the leaving process loses comes again after this, which is longer
// than the tests wait.
constexpr absl::Duration kAckWait = absl::Seconds(60);

class DrainTest : public EndToEnd,
                  public ::testing::WithParamInterface<const char*> {
 protected:
  WorkerOptions Options() const {
    const bool plain = GetParam() == std::string("plain");
    return {.handler = GetParam(),
            .work = absl::Microseconds(plain ? 1000 : 10'000),
            .ack_wait = kAckWait};
  }

  // How many messages a process has handled.
  size_t LinesOf(pid_t pid) {
    return std::ranges::count(log_.Read(), pid, &WorkLog::Line::pid);
  }
};

INSTANTIATE_TEST_SUITE_P(Handlers, DrainTest,
                         ::testing::Values("plain", "coroutine"),
                         [](const auto& handler) {
                           return std::string(handler.param);
                         });

// Nothing is handled twice, so what ran has ended and is acked; nothing waits
// for ack_wait, so what had not started was handed back.
TEST_P(DrainTest, TheOtherProcessGetsTheRestAtOnce) {
  const auto leaving = StartWorker(Options());
  const auto staying = StartWorker(Options());
  ASSERT_TRUE(Eventually([&] {
    return IsReady(*leaving) && IsReady(*staying);
  })) << leaving->errors()
      << staying->errors();
  Feed feed(kEvents);
  feed.Begin(url());
  ASSERT_TRUE(Eventually([&] { return log_.lines() >= kEvents / 4; }));
  ASSERT_EQ(log_.workers().count(leaving->pid()), 1U);
  const size_t before = LinesOf(leaving->pid());
  const absl::Time begin = absl::Now();
  leaving->Signal(SIGTERM);
  EXPECT_EQ(leaving->AwaitExit(), 0) << leaving->errors();
  EXPECT_EQ(leaving->errors(), "");
  const absl::Duration drain = absl::Now() - begin;
  ASSERT_LT(log_.messages(), kEvents) << "ended too late to prove anything";
  // It had received some thousand.
  EXPECT_LT(LinesOf(leaving->pid()) - before, kEvents / 10);
  ASSERT_TRUE(Eventually(
      [&] { return AllAcked(kWorkStream, kWorker, kEvents); }, kAckWait / 3))
      << log_.messages() << " handled\n"
      << staying->errors();
  std::printf("drained in %s, all handled in %s\n",
              absl::FormatDuration(drain).c_str(),
              absl::FormatDuration(absl::Now() - begin).c_str());
  EXPECT_EQ(feed.failed(), 0U) << feed.first_error().ToString();
  EXPECT_EQ(log_.messages(), kEvents);
  EXPECT_EQ(log_.duplicates(), 0U);
  EXPECT_LE(log_.max_attempt(), 2);
}

// The server has just sent something to a process that asks for no more.
TEST_P(DrainTest, NothingIsLeftBehindWhileEventsKeepComing) {
  const WorkerOptions options{.handler = GetParam(), .ack_wait = kAckWait};
  const auto leaving = StartWorker(options);
  const auto staying = StartWorker(options);
  ASSERT_TRUE(Eventually([&] {
    return IsReady(*leaving) && IsReady(*staying);
  })) << leaving->errors()
      << staying->errors();
  Feed feed(2 * kEvents);
  feed.Begin(url());
  ASSERT_TRUE(Eventually([&] { return log_.lines() >= kEvents / 4; }));
  leaving->Signal(SIGTERM);
  EXPECT_EQ(leaving->AwaitExit(), 0) << leaving->errors();
  ASSERT_TRUE(
      Eventually([&] { return AllAcked(kWorkStream, kWorker, 2 * kEvents); },
                 kAckWait / 3))
      << log_.messages() << " handled of " << feed.ended() << "\n"
      << staying->errors();
  EXPECT_EQ(log_.messages(), 2 * kEvents);
  EXPECT_EQ(log_.duplicates(), 0U);
}

TEST_F(EndToEnd, ASecondSigtermEndsAProcessWhoseHandlerBlocks) {
  const auto worker = StartWorker({.handler = "stuck"});
  ASSERT_TRUE(Eventually([&] { return IsReady(*worker); })) << worker->errors();
  ASSERT_NO_FATAL_FAILURE(Emit(1));
  ASSERT_TRUE(Eventually([&] { return log_.lines() == 1; }));
  worker->Signal(SIGTERM);
  ASSERT_EQ(worker->AwaitExit(absl::Milliseconds(400)), std::nullopt);
  worker->Signal(SIGTERM);
  EXPECT_EQ(worker->AwaitExit(absl::Seconds(5)), 128 + SIGTERM);
}

}  // namespace
}  // namespace walnats::testing
