// Several processes of one actor.

#include <gtest/gtest.h>

#include <csignal>
#include <cstdio>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "tests/integration/end_to_end_fixture.h"

namespace walnats::testing {
namespace {

constexpr uint64_t kEvents = 10'000;

class SharingTest : public EndToEnd,
                    public ::testing::WithParamInterface<const char*> {
 protected:
  bool Settled() { return AllAcked(kWorkStream, kWorker, kEvents); }

  // Some thousand messages a second.
  WorkerOptions Slow(absl::Duration ack_wait) const {
    const bool plain = GetParam() == std::string("plain");
    return {.handler = GetParam(),
            .work = absl::Microseconds(plain ? 200 : 4000),
            .ack_wait = ack_wait};
  }
};

INSTANTIATE_TEST_SUITE_P(Handlers, SharingTest,
                         ::testing::Values("plain", "coroutine"),
                         [](const auto& handler) {
                           return std::string(handler.param);
                         });

TEST_P(SharingTest, TwoProcessesHandleEverythingOnce) {
  const auto one = StartWorker({.handler = GetParam()});
  const auto other = StartWorker({.handler = GetParam()});
  ASSERT_TRUE(Eventually([&] { return IsReady(*one) && IsReady(*other); }))
      << one->errors() << other->errors();
  ASSERT_NO_FATAL_FAILURE(Emit(kEvents));
  ASSERT_TRUE(Eventually([&] { return Settled(); }))
      << log_.messages() << " handled\n"
      << one->errors() << other->errors();
  EXPECT_EQ(log_.messages(), kEvents);
  EXPECT_EQ(log_.duplicates(), 0U);
  EXPECT_EQ(log_.workers(), (std::set<pid_t>{one->pid(), other->pid()}));
}

// What the killed process held comes again after ack_wait.
TEST_P(SharingTest, OneProcessHandlesTheRestWhenTheOtherIsKilled) {
  const WorkerOptions options = Slow(absl::Seconds(1));
  const auto killed = StartWorker(options);
  const auto other = StartWorker(options);
  ASSERT_TRUE(Eventually([&] { return IsReady(*killed) && IsReady(*other); }))
      << killed->errors() << other->errors();
  Feed feed(kEvents);
  feed.Begin(url());
  ASSERT_TRUE(Eventually([&] { return log_.lines() >= kEvents / 2; }));
  ASSERT_EQ(log_.workers().count(killed->pid()), 1U);
  killed->Signal(SIGKILL);
  EXPECT_EQ(killed->AwaitExit(), 128 + SIGKILL);
  ASSERT_LT(log_.messages(), kEvents) << "killed too late to prove anything";
  ASSERT_TRUE(Eventually([&] { return Settled(); }))
      << log_.messages() << " handled\n"
      << other->errors();
  EXPECT_EQ(log_.messages(), kEvents);
  EXPECT_EQ(feed.failed(), 0U) << feed.first_error().ToString();
  std::printf("%zu handled twice\n", log_.duplicates());
  RecordProperty("duplicates", std::to_string(log_.duplicates()));
}

TEST_F(EndToEnd, AStoppedProcessDoesNothingWithWhatWentToAnother) {
  const WorkerOptions options = {.handler = "plain",
                                 .ack_wait = absl::Seconds(1)};
  const auto stopped = StartWorker(options);
  ASSERT_TRUE(Eventually([&] { return IsReady(*stopped); }));
  stopped->Signal(SIGSTOP);
  const absl::Time since = absl::Now();
  Emit(20);  // into its socket: nobody else pulls
  const auto other = StartWorker(options);
  ASSERT_TRUE(Eventually([&] { return log_.messages() == 20; }));
  EXPECT_TRUE(Eventually([&] { return AllAcked(kWorkStream, kWorker, 20); }));
  // Until even a delivery of the last second would have passed its deadline.
  Eventually([&] { return absl::Now() - since > absl::Seconds(4); });
  stopped->Signal(SIGCONT);
  other->Signal(SIGTERM);
  EXPECT_EQ(other->AwaitExit(), 0) << other->errors();
  Emit(5);
  ASSERT_TRUE(Eventually([&] { return log_.messages() == 25; }));
  EXPECT_TRUE(Eventually([&] { return AllAcked(kWorkStream, kWorker, 25); }));
  for (const WorkLog::Line& line : log_.Read()) {
    EXPECT_EQ(line.pid == other->pid(), line.sequence <= 20) << line.sequence;
  }
  EXPECT_EQ(log_.duplicates(), 0U);
}

TEST_F(EndToEnd, TenProcessesStartAtOnce) {
  std::vector<std::unique_ptr<Child>> workers(10);
  for (auto& worker : workers) worker = StartWorker({});
  for (const auto& worker : workers) {
    EXPECT_TRUE(Eventually([&] { return IsReady(*worker); }))
        << worker->errors();
  }
  const auto streams = Run(transport_->ListStreams());
  ASSERT_TRUE(streams.ok()) << streams.status().ToString();
  std::set<std::string> names;
  for (const transport::StreamInfo& info : *streams) {
    EXPECT_TRUE(names.insert(info.config.name).second) << info.config.name;
  }
  EXPECT_EQ(names, (std::set<std::string>{"KV_walnats-schemas", kWorkStream,
                                          "walnats-dead", "walnats-redrive"}));
  const auto consumers = Run(transport_->ListConsumers(kWorkStream));
  ASSERT_TRUE(consumers.ok()) << consumers.status().ToString();
  EXPECT_EQ(consumers->size(), 1U);
  for (const auto& worker : workers) {
    worker->Signal(SIGTERM);
    EXPECT_EQ(worker->AwaitExit(), 0) << worker->errors();
    EXPECT_EQ(worker->errors(), "");
  }
}

}  // namespace
}  // namespace walnats::testing
