// Until when a job may be settled: pulses, lost jobs, and job_timeout.

#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include "tests/actor/stage.h"

namespace walnats {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using testing::Gate;
using ::testing::HasSubstr;
using testing::Incoming;
using ::testing::IsEmpty;
using testing::kMailSent;
using testing::kParcelSent;
using testing::QuickRetries;
using testing::Stage;

// QuickRetries has an ack_wait of 30 s: pulses every 10 s, deadlines after
// 27 s.
Actor Sleeping(absl::Duration time, int max_jobs = 1) {
  ActorOptions options = QuickRetries();
  options.max_jobs = max_jobs;
  return Actor(
      "mailer", kParcelSent,
      [time](const std::string&, const Context& context) -> Task<void> {
        co_await context.clock().Sleep(time);
      },
      options);
}

// ---- pulses

TEST(PulseTest, ComesAtAThirdOfAckWait) {
  Stage stage;
  stage.Run(Sleeping(absl::Seconds(100)));
  stage.Deliver({.sequence = 7});
  stage.clock().Advance(absl::Seconds(9.9));
  EXPECT_THAT(stage.transport.pulses, IsEmpty());
  stage.clock().Advance(absl::Seconds(0.1));
  EXPECT_THAT(stage.transport.pulses, ElementsAre(7));
  stage.clock().Advance(absl::Seconds(85));
  EXPECT_EQ(stage.transport.pulses.size(), 9u);
  stage.clock().Advance(absl::Seconds(5));
  EXPECT_THAT(stage.settled(), ElementsAre("ack 7"));
}

TEST(PulseTest, EndsWithTheJob) {
  Stage stage;
  stage.Run(Sleeping(absl::Seconds(15)));
  stage.Deliver({.sequence = 7});
  stage.clock().Advance(absl::Hours(1));
  EXPECT_THAT(stage.transport.pulses, ElementsAre(7));
}

TEST(PulseTest, RunsFromReceiptForJobsThatWait) {
  Stage stage;
  stage.Run(Sleeping(absl::Seconds(24)));
  stage.DeliverAll({{.sequence = 7}, {.sequence = 8}});
  stage.clock().Advance(absl::Seconds(10));
  EXPECT_THAT(stage.transport.pulses, ElementsAre(7, 8));
  stage.clock().Advance(absl::Seconds(38));
  EXPECT_THAT(stage.transport.pulses, ElementsAre(7, 8, 7, 8, 8, 8));
  EXPECT_THAT(stage.settled(), ElementsAre("ack 7", "ack 8"));
}

TEST(PulseTest, ExtendsTheDeadlineThatTheContextShows) {
  Stage stage;
  std::vector<absl::Duration> left;
  auto look = [&](const std::string&, const Context& context) -> Task<void> {
    for (int i = 0; i < 3; ++i) {
      left.push_back(context.deadline() - context.clock().Now());
      co_await context.clock().Sleep(absl::Seconds(9));
    }
  };
  stage.Run(Actor("mailer", kParcelSent, look, QuickRetries()));
  stage.Deliver({.sequence = 7});
  stage.clock().Advance(absl::Seconds(27));
  EXPECT_THAT(left, ElementsAre(absl::Seconds(27), absl::Seconds(18),
                                absl::Seconds(19)));
}

TEST(PulseTest, ThatWasNotSentExtendsNothing) {
  Stage stage;
  stage.transport.pulses_are_sent = false;
  stage.Run(Sleeping(absl::Seconds(26)));
  stage.Deliver({.sequence = 7});
  stage.clock().Advance(absl::Seconds(26));
  ASSERT_THAT(stage.settled(), ElementsAre("ack 7"));
  EXPECT_EQ(stage.transport.settlements[0].deadline,
            stage.clock().Now() + absl::Seconds(1));
}

// ---- lost jobs

TEST(LostJobTest, SettlesNothing) {
  Stage stage;
  stage.transport.pulses_are_sent = false;
  stage.Run(Sleeping(absl::Seconds(28)));
  stage.Deliver({.sequence = 7});
  stage.clock().Advance(absl::Seconds(28));
  EXPECT_THAT(stage.settled(), IsEmpty());
  EXPECT_THAT(stage.log(), ElementsAre("start 7", "lost 7 OK"));
  EXPECT_EQ(stage.health().lost, 1);
  EXPECT_TRUE(stage.runner().idle());
}

TEST(LostJobTest, IsNotRevivedByALaterPulse) {
  Stage stage;
  stage.transport.pulses_are_sent = false;
  stage.Run(Sleeping(absl::Seconds(35)));
  stage.Deliver({.sequence = 7});
  stage.clock().Advance(absl::Seconds(28));
  stage.transport.pulses.clear();
  stage.transport.pulses_are_sent = true;  // 1 s after the deadline
  stage.clock().Advance(absl::Seconds(7));
  EXPECT_THAT(stage.transport.pulses, IsEmpty());
  EXPECT_THAT(stage.settled(), IsEmpty());
  EXPECT_THAT(stage.log(), ElementsAre("start 7", "lost 7 OK"));
}

TEST(LostJobTest, IsDroppedUnstartedWhenItWaitedTooLong) {
  Stage stage;
  stage.transport.pulses_are_sent = false;
  stage.Run(Sleeping(absl::Seconds(28)));
  stage.DeliverAll({{.sequence = 7}, {.sequence = 8}, {.sequence = 9}});
  stage.clock().Advance(absl::Seconds(20));
  stage.Deliver({.sequence = 10});
  stage.clock().Advance(absl::Seconds(8));
  EXPECT_THAT(stage.log(),
              ElementsAre("start 7", "lost 7 OK", "lost 8 DEADLINE_EXCEEDED",
                          "lost 9 DEADLINE_EXCEEDED", "start 10"));
  EXPECT_EQ(stage.health().lost, 3);
  EXPECT_EQ(stage.health().waiting, 0);
  EXPECT_THAT(stage.settled(), IsEmpty());
}

TEST(LostJobTest, MakesRoomForAnother) {
  Stage stage;
  stage.transport.pulses_are_sent = false;
  stage.Run(Sleeping(absl::Seconds(28)));
  stage.DeliverAll({{.sequence = 7}, {.sequence = 8}});
  EXPECT_EQ(stage.transport.flow().wanted(), 0);
  stage.clock().Advance(absl::Seconds(28));
  EXPECT_EQ(stage.health().lost, 2);
  EXPECT_EQ(stage.transport.flow().wanted(), 1);
}

// ---- job_timeout

constexpr absl::Duration kTimeout = absl::Seconds(12);

ActorOptions TimedOut() {
  ActorOptions options = QuickRetries();
  options.max_jobs = 1;
  options.job_timeout = kTimeout;
  return options;
}

TEST(JobTimeoutTest, CancelsAHandlerThatSleeps) {
  Stage stage;
  bool cancelled = false;
  auto sleep = [&](const std::string&, const Context& context) -> Task<void> {
    try {
      co_await context.clock().Sleep(absl::Hours(1));
    } catch (const boost::system::system_error& error) {
      cancelled = true;
      throw;
    }
  };
  stage.Run(Actor("mailer", kParcelSent, sleep, TimedOut()));
  stage.Deliver({.sequence = 7});
  stage.clock().Advance(kTimeout);
  EXPECT_TRUE(cancelled);
  EXPECT_THAT(stage.settled(), ElementsAre("nak 7 1s"));
  EXPECT_THAT(stage.log(), ElementsAre("start 7", "retry 7 DEADLINE_EXCEEDED"));
  EXPECT_EQ(stage.health().timed_out, 1);
  EXPECT_TRUE(stage.runner().idle());
}

TEST(JobTimeoutTest, LeavesTheWorkerUsable) {
  Stage stage;
  auto sleep = [](const std::string& text,
                  const Context& context) -> Task<void> {
    const bool slow = text == "slow";
    co_await context.clock().Sleep(slow ? absl::Hours(1) : absl::Seconds(1));
    co_await context.clock().Sleep(absl::Seconds(1));
  };
  stage.Run(Actor("mailer", kParcelSent, sleep, TimedOut()));
  stage.DeliverAll({{.body = "slow", .sequence = 7},
                    {.body = "slow", .sequence = 8},
                    {.body = "fast", .sequence = 9}});
  stage.clock().Advance(2 * kTimeout + absl::Seconds(2));
  EXPECT_THAT(stage.settled(), ElementsAre("nak 7 1s", "nak 8 1s", "ack 9"));
}

TEST(JobTimeoutTest, FreesTheSlotOnlyWhenTheHandlerHasEnded) {
  Stage stage;
  Gate gate;
  int ended = 0;
  auto wait = [&](const std::string&) -> Task<void> {
    co_await gate.Wait();  // does not know of cancellation
    ++ended;
  };
  stage.Run(Actor("mailer", kParcelSent, wait, TimedOut()));
  stage.DeliverAll({{.sequence = 7}, {.sequence = 8}});
  stage.clock().Advance(kTimeout);
  EXPECT_THAT(stage.settled(), ElementsAre("nak 7 1s"));
  EXPECT_EQ(stage.health().running, 1);
  EXPECT_EQ(gate.waiting(), 1u);
  EXPECT_THAT(stage.log(), ElementsAre("start 7", "retry 7 DEADLINE_EXCEEDED"));
  stage.InLoop([&] { gate.Open(); });
  EXPECT_EQ(ended, 1);
  // Its own outcome does not count any more, and the next one runs.
  EXPECT_THAT(stage.settled(), ElementsAre("nak 7 1s"));
  EXPECT_EQ(stage.log().back(), "start 8");
  stage.InLoop([&] { gate.Open(); });
  EXPECT_THAT(stage.settled(), ElementsAre("nak 7 1s", "ack 8"));
}

TEST(JobTimeoutTest, AHandlerMayIgnoreIt) {
  Stage stage;
  auto stubborn = [](const std::string&, const Context& context) -> Task<void> {
    for (int i = 0; i < 3; ++i) {
      try {
        co_await context.clock().Sleep(absl::Seconds(10));
      } catch (const boost::system::system_error&) {
      }
      co_await boost::asio::this_coro::reset_cancellation_state();
    }
  };
  stage.Run(Actor("mailer", kParcelSent, stubborn, TimedOut()));
  stage.DeliverAll({{.sequence = 7}, {.sequence = 8}});
  stage.clock().Advance(kTimeout);
  EXPECT_THAT(stage.settled(), ElementsAre("nak 7 1s"));
  stage.clock().Advance(absl::Seconds(9));
  EXPECT_EQ(stage.health().waiting, 1);
  stage.clock().Advance(absl::Seconds(1));
  EXPECT_EQ(stage.health().waiting, 0);
  EXPECT_THAT(stage.settled(), ElementsAre("nak 7 1s"));
}

TEST(JobTimeoutTest, TheMessageStaysWithTheHandlerThatWentOn) {
  Stage stage;
  Gate gate;
  std::string seen;
  auto wait = [&](const std::string& text,
                  const Context& context) -> Task<void> {
    co_await gate.Wait();
    seen = text + " " + std::string(context.trace());
  };
  stage.Run(Actor("mailer", kParcelSent, wait, TimedOut()));
  stage.Deliver({.body = "text", .headers = {{kTraceHeader, "t1"}}});
  stage.clock().Advance(kTimeout);
  ASSERT_EQ(stage.settled().size(), 1u);
  stage.InLoop([&] { gate.Open(); });
  EXPECT_EQ(seen, "text t1");
}

TEST(JobTimeoutTest, BuriesAfterTheLastAttempt) {
  Stage stage;
  ActorOptions options = TimedOut();
  options.retry.max_attempts = 1;
  auto sleep = [](const std::string&, const Context& context) -> Task<void> {
    co_await context.clock().Sleep(absl::Hours(1));
  };
  stage.Run(Actor("mailer", kParcelSent, sleep, options));
  stage.Deliver({.body = "text", .sequence = 7});
  stage.clock().Advance(kTimeout);
  ASSERT_EQ(stage.dead.letters.size(), 1u);
  EXPECT_EQ(stage.dead.letters[0].code(), "DEADLINE_EXCEEDED");
  EXPECT_EQ(stage.dead.letters[0].body(), "text");
  ASSERT_EQ(stage.settled().size(), 1u);
  EXPECT_THAT(stage.settled()[0], HasSubstr("term 7 job over its limit"));
}

}  // namespace
}  // namespace walnats
