#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "tests/testing/harness_fixture.h"
#include "walnats/runtime/suspension.h"
#include "walnats/testing/memory/server.h"

namespace walnats::testing {
namespace {

using ::testing::_;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class HarnessFaultsTest : public HarnessFixture {};

constexpr auto kBusy = absl::StatusCode::kUnavailable;

TEST_F(HarnessFaultsTest, FailNextFailsPlainHandlers) {
  Harness harness;
  int handled = 0;
  harness.Add(Shop({OrderActor([&](const Note&) { ++handled; })}));
  harness.FailNext("mailer", 2, absl::UnavailableError("busy"));
  ASSERT_THAT(harness.Emit(kOrder, {"one"}), IsOk());
  harness.Advance(absl::Minutes(1));
  EXPECT_THAT(harness.Attempts("mailer"),
              ElementsAre(Retried(StatusIs(kBusy, "busy")),
                          Retried(StatusIs(kBusy, "busy")), Handled()));
  EXPECT_EQ(handled, 1);
}

TEST_F(HarnessFaultsTest, FailNextFailsCoroutines) {
  Harness harness;
  harness.Add(Shop({OrderActor(
      [](const Note&) -> Task<absl::Status> { co_return absl::OkStatus(); })}));
  harness.FailNext("mailer", 1, absl::InvalidArgumentError("bad"));
  ASSERT_THAT(harness.Emit(kOrder, {"one"}), IsOk());
  harness.RunUntilIdle();
  EXPECT_THAT(harness.DeadLetters("mailer"),
              ElementsAre(Dead(StatusIs(absl::StatusCode::kInvalidArgument))));
}

TEST_F(HarnessFaultsTest, FailNextOfNobodyIsAnError) {
  Harness harness;
  harness.Add(Shop({OrderActor([](const Note&) {})}));
  harness.FailNext("mailr", 1, absl::UnavailableError("busy"));
  EXPECT_THAT(
      harness.Emit(kOrder, {"one"}),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("\"mailr\"")));
}

TEST_F(HarnessFaultsTest, AMessageWhoseAckIsLostComesAgain) {
  Harness harness;
  harness.Add(
      Shop({OrderActor([](const Note&) {}, {.ack_wait = absl::Seconds(20)})}));
  const absl::Time start = harness.clock().Now();
  ASSERT_THAT(harness.Start(), IsOk());
  harness.DropAcks(1);
  ASSERT_THAT(harness.Emit(kOrder, {"one"}), IsOk());
  harness.Advance(absl::Minutes(1));
  EXPECT_THAT(
      harness.Attempts("mailer"),
      ElementsAre(AllOf(Handled(), Field(&Attempt::number, 1)),
                  AllOf(Handled(), Field(&Attempt::number, 2),
                        Field(&Attempt::time, start + absl::Seconds(20)))));
}

TEST_F(HarnessFaultsTest, ALostConnectionIsRecovered) {
  Harness harness;
  harness.Add(Shop({OrderActor([](const Note&) {})}));
  ASSERT_THAT(harness.Emit(kOrder, {"one"}), IsOk());
  harness.RunUntilIdle();
  harness.Disconnect("pulled the plug");
  harness.Advance(absl::Seconds(1));
  EXPECT_FALSE(harness.Health().connected);
  EXPECT_THAT(harness.Describe(), HasSubstr("pulled the plug"));
  harness.Reconnect();
  harness.Advance(absl::Minutes(1));
  EXPECT_TRUE(harness.Health().ready()) << harness.Describe();
  ASSERT_THAT(harness.Emit(kOrder, {"two"}), IsOk());
  harness.RunUntilIdle();
  EXPECT_THAT(harness.Attempts("mailer"), SizeIs(2));
}

TEST_F(HarnessFaultsTest, AnEmitWithoutConnectionFailsAfterItsLimit) {
  Harness harness;
  harness.Add(Shop({}));
  ASSERT_THAT(harness.Start(), IsOk());
  harness.Disconnect();
  const absl::Time start = harness.clock().Now();
  EXPECT_THAT(
      harness.Emit(kOrder, {"one"}, {.unsent_limit = absl::Seconds(10)}),
      StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(harness.clock().Now() - start, absl::Seconds(10));
}

// ---- handlers that wait for what the harness does not know

TEST_F(HarnessFaultsTest, NamesTheActorThatWaitsForForeignIo) {
  Suspension foreign;
  Harness harness({.run_limit = absl::Minutes(1)});
  harness.Add(Shop({OrderActor([&](const Note&) -> Task<absl::Status> {
    co_await foreign.Wait([] {});
    co_return absl::OkStatus();
  })}));
  ASSERT_THAT(harness.Emit(kOrder, {"one"}), IsOk());
  harness.RunUntilIdle();
  const auto names_it = HasSubstr(
      "actor \"mailer\": 1 job waits for something that the harness does not "
      "know");
  EXPECT_THAT(harness.Describe(), names_it);
  const auto handled = [&]() -> Task<absl::Status> {
    while (harness.Attempts("mailer").empty()) {
      co_await harness.clock().Sleep(absl::Seconds(1));
    }
    co_return absl::OkStatus();
  };
  EXPECT_THAT(harness.Run(handled()),
              StatusIs(absl::StatusCode::kDeadlineExceeded, names_it));
  foreign.Resume();
  harness.RunUntilIdle();
  EXPECT_THAT(harness.Attempts("mailer"), ElementsAre(Handled()));
}

TEST_F(HarnessFaultsTest, LeavesBehindWhatIgnoresBeingCancelled) {
  // It refers to what is left behind, too.
  static auto& foreign = *new Suspension;
  {
    Harness harness({.run_limit = absl::Minutes(1)});
    harness.Add(Shop({OrderActor([](const Note&) -> Task<absl::Status> {
      co_await foreign.Wait([] {});
      co_return absl::OkStatus();
    })}));
    ASSERT_THAT(harness.Emit(kOrder, {"one"}), IsOk());
    harness.RunUntilIdle();
  }
  EXPECT_THAT(logged_, Contains(AllOf(HasSubstr("stop"),
                                      HasSubstr("actor \"mailer\""))));
}

TEST_F(HarnessFaultsTest, AStopCancelsWhatOutlastsItsGrace) {
  Harness harness;
  harness.Add(Shop({OrderActor(
      [](const Note&, const Context& context) -> Task<absl::Status> {
        co_await context.clock().Sleep(absl::Hours(2));
        co_return absl::OkStatus();
      },
      {.job_timeout = absl::Hours(3)})}));
  ASSERT_THAT(harness.Emit(kOrder, {"one"}), IsOk());
  harness.RunUntilIdle();
  EXPECT_THAT(harness.Stop(), IsOk());
  EXPECT_THAT(harness.Attempts("mailer"),
              ElementsAre(Retried(StatusIs(absl::StatusCode::kCancelled))));
}

TEST_F(HarnessFaultsTest, TheModelCanBeReached) {
  Harness harness;
  harness.Add(Shop({OrderActor([](const Note&) {})}));
  ASSERT_THAT(harness.Start(), IsOk());
  ASSERT_TRUE(
      harness.server().model().DeleteConsumer("shop-order", "mailer").ok());
  harness.server().Pump();
  harness.Advance(absl::Minutes(5));
  ASSERT_THAT(harness.Emit(kOrder, {"one"}), IsOk());
  harness.RunUntilIdle();
  EXPECT_THAT(harness.Attempts("mailer"), ElementsAre(Handled()));
}

}  // namespace
}  // namespace walnats::testing
