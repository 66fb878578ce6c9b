// kill -9 at every step of a redrive, of who sends and of who receives.

#include <gtest/gtest.h>

#include <csignal>
#include <map>
#include <string>

#include "tests/integration/end_to_end_fixture.h"

namespace walnats::testing {
namespace {

class RedriveCrashTest : public EndToEnd,
                         public ::testing::WithParamInterface<const char*> {
 protected:
  RealServerOptions ServerOptions() const override {
    return {.binary = GetParam()};
  }

  // Handles nothing that was not redriven.
  std::unique_ptr<Child> StartService(const std::string& kill_at = "") {
    return StartWorker({.handler = "mended",
                        .ack_wait = absl::Seconds(1),
                        .kill_at = kill_at});
  }
  std::unique_ptr<Child> StartRedrive(const std::string& kill_at = "") {
    return StartWorker({.handler = "redrive", .kill_at = kill_at});
  }

  bool QueueIsEmpty() {
    const auto queue = Run(transport_->GetStream("walnats-redrive"));
    return queue.ok() && queue->messages == 0;
  }

  // How many there are of each kind.
  std::map<std::string, int> Records() {
    std::map<std::string, int> kinds;
    const auto info = Run(transport_->GetStream("walnats-dead"));
    EXPECT_TRUE(info.ok()) << info.status();
    for (uint64_t i = 1; info.ok() && i <= info->last_sequence; ++i) {
      const transport::GetOptions get{.sequence = i};
      const auto message = Run(transport_->GetMessage("walnats-dead", get));
      if (!message.ok()) continue;
      const std::string& subject = message->subject;
      if (!subject.starts_with("walnats-dead-audit.")) continue;
      ++kinds[subject.substr(subject.rfind('.') + 1)];
    }
    return kinds;
  }

  void ExpectRecords(int count) {
    const std::map<std::string, int> expected = {{"redriven", count},
                                                 {"settled", count}};
    EXPECT_EQ(Records(), expected);
  }
};

INSTANTIATE_TEST_SUITE_P(Servers, RedriveCrashTest,
                         ::testing::Values(WALNATS_OLDEST_SERVER,
                                           WALNATS_NEWEST_SERVER),
                         [](const auto& server) {
                           return server.index == 0 ? "Oldest" : "Newest";
                         });

TEST_P(RedriveCrashTest, ASenderThatDiesRedrivesEachLetterOnce) {
  constexpr int kLetters = 4;
  ASSERT_NO_FATAL_FAILURE(Emit(kLetters));
  const auto service = StartService();
  ASSERT_TRUE(Eventually([&] {
    return AllAcked(kWorkStream, kWorker, kLetters);
  })) << service->errors();
  for (const char* step :
       {"redrive: before publish", "redrive: published", "redrive: recorded"}) {
    const auto sender = StartRedrive(step);
    ASSERT_EQ(sender->AwaitExit(), 128 + SIGKILL) << step << sender->errors();
  }
  const auto sender = StartRedrive();
  ASSERT_EQ(sender->AwaitExit(), 0) << sender->errors();
  ASSERT_TRUE(Eventually([&] {
    return log_.messages() == kLetters && QueueIsEmpty();
  })) << service->errors();
  service->Signal(SIGTERM);
  EXPECT_EQ(service->AwaitExit(), 0) << service->errors();
  EXPECT_EQ(log_.lines(), static_cast<size_t>(kLetters));
  EXPECT_EQ(DeadLetters().size(), static_cast<size_t>(kLetters));
  ExpectRecords(kLetters);
}

TEST_P(RedriveCrashTest, AReceiverThatDiesRepeatsOnlyWhatItHadNotRecorded) {
  ASSERT_NO_FATAL_FAILURE(Emit(1));
  const auto first = StartService();
  ASSERT_TRUE(Eventually([&] { return AllAcked(kWorkStream, kWorker, 1); }))
      << first->errors();
  first->Signal(SIGTERM);
  ASSERT_EQ(first->AwaitExit(), 0) << first->errors();
  const auto sender = StartRedrive();
  ASSERT_EQ(sender->AwaitExit(), 0) << sender->errors();

  struct Case {
    const char* step;
    size_t handled;  // so far
  };
  // What was handled but not recorded is handled again, as by any actor that
  // dies before its ack; what was recorded is not.
  for (const auto& [step, handled] :
       {Case{"redrive: taken", 0}, Case{"redrive: handled", 1},
        Case{"redrive: settled", 2}, Case{"redrive: acked", 2}}) {
    const auto dying = StartService(step);
    ASSERT_EQ(dying->AwaitExit(), 128 + SIGKILL) << step << dying->errors();
    EXPECT_EQ(log_.lines(), handled) << step;
  }
  const auto heir = StartService();
  ASSERT_TRUE(Eventually([&] { return QueueIsEmpty(); })) << heir->errors();
  heir->Signal(SIGTERM);
  EXPECT_EQ(heir->AwaitExit(), 0) << heir->errors();
  EXPECT_EQ(log_.lines(), 2u);
  EXPECT_EQ(DeadLetters().size(), 1u);
  ExpectRecords(1);
}

}  // namespace
}  // namespace walnats::testing
