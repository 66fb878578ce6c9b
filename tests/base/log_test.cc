#include "walnats/base/log.h"

#include <thread>

#include "absl/time/clock.h"

namespace walnats {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;

class LogTest : public ::testing::Test {
 protected:
  ~LogTest() override {
    SetLogSink({});
    SetLogLevel(LogLevel::kWarning);
  }

  void Collect() {
    SetLogSink([this](const LogEntry& entry) {
      messages_.emplace_back(entry.message);
    });
  }

  std::vector<std::string> messages_;
};

TEST_F(LogTest, IsQuietBelowWarningByDefault) {
  Collect();
  EXPECT_EQ(log_level(), LogLevel::kWarning);
  Log(LogLevel::kDebug, "a");
  Log(LogLevel::kInfo, "b");
  Log(LogLevel::kWarning, "c ", std::string_view("and"), " ", 7);
  Log(LogLevel::kError, "d");
  EXPECT_THAT(messages_, ElementsAre("c and 7", "d"));
}

TEST_F(LogTest, FollowsItsLevel) {
  Collect();
  SetLogLevel(LogLevel::kDebug);
  Log(LogLevel::kDebug, "debug");
  SetLogLevel(LogLevel::kOff);
  Log(LogLevel::kError, "error");
  EXPECT_THAT(messages_, ElementsAre("debug"));
}

TEST_F(LogTest, GivesTheSinkLevelAndWallTime) {
  const absl::Time before = absl::Now();
  int called = 0;
  SetLogSink([&](const LogEntry& entry) {
    ++called;
    EXPECT_EQ(entry.level, LogLevel::kError);
    EXPECT_GE(entry.time, before - absl::Seconds(1));
    EXPECT_LE(entry.time, absl::Now() + absl::Seconds(1));
  });
  Log(LogLevel::kError, "x");
  EXPECT_EQ(called, 1);
}

TEST_F(LogTest, WritesOneLineToStderrWithoutASink) {
  Collect();
  SetLogSink({});
  ::testing::internal::CaptureStderr();
  Log(LogLevel::kWarning, "connect nats://a:4222: connection refused");
  EXPECT_THAT(::testing::internal::GetCapturedStderr(),
              MatchesRegex("....-..-..T..:..:..\\....Z walnats warning "
                           "connect nats://a:4222: connection refused\n"));
  EXPECT_THAT(messages_, IsEmpty());
}

TEST_F(LogTest, DropsWhatTheSinkItselfLogs) {
  int calls = 0;
  SetLogSink([&](const LogEntry&) {
    ++calls;
    Log(LogLevel::kError, "from the sink");
  });
  Log(LogLevel::kError, "first");
  Log(LogLevel::kError, "second");
  EXPECT_EQ(calls, 2);
}

TEST_F(LogTest, NeverCallsTheSinkTwiceAtOnce) {
  int calls = 0;  // unprotected: ThreadSanitizer sees two at once, too
  SetLogSink([&](const LogEntry&) { ++calls; });
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([] {
      for (int j = 0; j < 1'000; ++j) Log(LogLevel::kError, "x");
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(calls, 4'000);
}

}  // namespace
}  // namespace walnats
