// An actor that stands still: for a dependency that is down, or for a person.

#include "tests/actor/stage.h"
#include "walnats/base/strings.h"

namespace walnats {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::Incoming;
using ::testing::IsEmpty;
using testing::kParcelSent;
using testing::QuickRetries;
using testing::Stage;

// Two failures of the last four attempts open it, for 5 s at first.
ActorOptions WithBreaker() {
  ActorOptions options = QuickRetries();
  options.breaker = {.failures = 0.5,
                     .window = 4,
                     .pause = absl::Seconds(5),
                     .pause_max = absl::Seconds(20)};
  options.max_jobs = 4;
  return options;
}

// Whether the dependency answers, and how often it was asked.
struct Dependency {
  absl::Status answer = absl::UnavailableError("down");
  int calls = 0;

  Actor Plain(ActorOptions options = WithBreaker()) {
    return Actor(
        "mailer", kParcelSent,
        [this](const std::string&) {
          ++calls;
          return answer;
        },
        std::move(options));
  }

  Actor Coroutine(ActorOptions options = WithBreaker()) {
    return Actor(
        "mailer", kParcelSent,
        [this](const std::string&,
               const Context& context) -> Task<absl::Status> {
          ++calls;
          co_await context.clock().Sleep(absl::Milliseconds(100));
          co_return answer;
        },
        std::move(options));
  }
};

std::vector<Incoming> Messages(uint64_t first, uint64_t last) {
  std::vector<Incoming> messages;
  for (uint64_t i = first; i <= last; ++i) messages.push_back({.sequence = i});
  return messages;
}

TEST(BreakerTest, StandsStillOnceItHasOpened) {
  for (const bool plain : {true, false}) {
    Stage stage;
    Dependency dependency;
    stage.Run(plain ? dependency.Plain() : dependency.Coroutine());
    stage.DeliverAll(Messages(1, 4));
    stage.clock().Advance(absl::Seconds(1));
    EXPECT_EQ(dependency.calls, plain ? 2 : 4);
    EXPECT_TRUE(stage.health().paused);
    EXPECT_EQ(stage.transport.flow().wanted(), 0);
    // What failed before goes its way; the others are kept.
    EXPECT_THAT(stage.settled(), ElementsAre("nak 1 1s"));
    EXPECT_EQ(stage.health().waiting, 3);
    ASSERT_EQ(stage.conditions().current().size(), 1u);
    const Condition condition = stage.conditions().current()[0];
    EXPECT_EQ(condition.kind, ConditionKind::kBreakerOpen);
    EXPECT_THAT(condition.detail,
                HasSubstr("2 of the last 4 attempts failed, the last with "
                          "UNAVAILABLE: down"));
  }
}

TEST(BreakerTest, ProbesWithOneAndGoesOnWhenItIsGood) {
  for (const bool plain : {true, false}) {
    Stage stage;
    Dependency dependency;
    stage.Run(plain ? dependency.Plain() : dependency.Coroutine());
    stage.DeliverAll(Messages(1, 4));
    stage.clock().Advance(absl::Seconds(1));
    dependency.calls = 0;
    stage.clock().Advance(absl::Seconds(4.3));
    EXPECT_EQ(dependency.calls, 1);  // failed: open for 10 s
    dependency.answer = absl::OkStatus();
    stage.clock().Advance(absl::Seconds(9.6));
    EXPECT_EQ(dependency.calls, 1);
    stage.clock().Advance(absl::Seconds(1));
    EXPECT_EQ(dependency.calls, 4);
    EXPECT_EQ(stage.health().handled, 3);
    EXPECT_FALSE(stage.health().paused);
    EXPECT_THAT(stage.conditions().current(), IsEmpty());
    EXPECT_GT(stage.transport.flow().wanted(), 0);
    EXPECT_EQ(stage.health().dead, 0);
  }
}

TEST(BreakerTest, SpendsNoAttemptWhileItIsOpen) {
  for (const bool keyed : {false, true}) {
    Stage stage;
    Dependency dependency;
    ActorOptions options = WithBreaker();
    if (keyed) {
      options.order = Order::kPerKey;
      options.key = [](const std::string& text) {
        return std::string_view(text);
      };
    }
    stage.Run(dependency.Coroutine(options));
    // All at their last attempt, one even above it.
    stage.DeliverAll({{.sequence = 1}, {.sequence = 2}});
    stage.clock().Advance(absl::Seconds(2));
    stage.DeliverAll({{.body = "3", .sequence = 3, .delivered = 3},
                      {.body = "4", .sequence = 4, .delivered = 4}});
    stage.clock().Advance(absl::Hours(2));
    EXPECT_GT(dependency.calls, 100);
    EXPECT_EQ(stage.health().dead, 0);
    EXPECT_EQ(stage.health().lost, 0);
    dependency.answer = absl::OkStatus();
    stage.clock().Advance(absl::Seconds(30));
    EXPECT_EQ(stage.health().dead, 0);
    EXPECT_THAT(stage.settled(), ::testing::IsSupersetOf({"ack 3", "ack 4"}));
    EXPECT_TRUE(stage.runner().idle());
  }
}

TEST(BreakerTest, FatalStatusesStayFatalAndCountAsGood) {
  Stage stage;
  Dependency dependency;
  stage.Run(dependency.Plain());
  stage.DeliverAll(Messages(1, 2));
  stage.DeliverAll(Messages(3, 4));
  dependency.answer = absl::InvalidArgumentError("bad parcel");
  stage.clock().Advance(absl::Seconds(5));
  EXPECT_FALSE(stage.health().paused);
  EXPECT_EQ(stage.health().dead, 3);
}

TEST(BreakerTest, AsksForAProbeIfNoneWaits) {
  Stage stage;
  Dependency dependency;
  ActorOptions options = WithBreaker();
  options.breaker.window = 1;  // one failure
  options.breaker.failures = 1;
  stage.Run(dependency.Plain(options));
  stage.Deliver({.sequence = 1});
  // Its deadline passes: only the server has it now.
  stage.transport.pulses_are_sent = false;
  stage.InLoop([&] { stage.runner().Close(internal::Gate::kPaused); });
  stage.clock().Advance(absl::Seconds(40));
  stage.InLoop([&] { stage.runner().Open(internal::Gate::kPaused); });
  EXPECT_EQ(stage.health().waiting, 0);
  EXPECT_EQ(stage.transport.flow().wanted(), 1);
  dependency.answer = absl::OkStatus();
  stage.Deliver({.sequence = 1, .delivered = 2});
  EXPECT_THAT(stage.settled(), ElementsAre("ack 1"));
  EXPECT_FALSE(stage.health().paused);
}

TEST(BreakerTest, ADrainHandsBackWhatItKept) {
  Stage stage;
  Dependency dependency;
  stage.Run(dependency.Plain());
  stage.DeliverAll(Messages(1, 3));
  stage.InLoop([&] { stage.runner().HandBack(); });
  EXPECT_THAT(stage.settled(), ElementsAre("nak 1 1s", "nak 2 0", "nak 3 0"));
  EXPECT_TRUE(stage.runner().idle());
}

TEST(BreakerTest, WhatFailsDuringADrainIsNotDeadEither) {
  Stage stage;
  Dependency dependency;
  stage.Run(dependency.Coroutine());
  stage.DeliverAll({{.sequence = 1, .delivered = 2},
                    {.sequence = 2, .delivered = 2},
                    {.sequence = 3, .delivered = 3}});
  stage.clock().Advance(absl::Milliseconds(100));
  ASSERT_TRUE(stage.health().paused);
  stage.clock().Advance(absl::Seconds(5));  // the probe runs
  stage.InLoop([&] { stage.runner().HandBack(); });
  stage.clock().Advance(absl::Seconds(1));
  EXPECT_EQ(stage.health().dead, 0);
  EXPECT_TRUE(stage.runner().idle());
}

// ---- pause

TEST(PauseTest, StartsNothingUntilItIsResumed) {
  for (const bool plain : {true, false}) {
    Stage stage;
    Dependency dependency{.answer = absl::OkStatus()};
    stage.Run(plain ? dependency.Plain() : dependency.Coroutine());
    stage.InLoop([&] { stage.runner().Pause(absl::InfiniteFuture()); });
    EXPECT_EQ(stage.transport.flow().wanted(), 0);
    stage.DeliverAll(Messages(1, 2));
    stage.clock().Advance(absl::Minutes(10));
    EXPECT_EQ(dependency.calls, 0);
    EXPECT_TRUE(stage.health().paused);
    EXPECT_EQ(stage.conditions().current()[0].detail, "until it is resumed");
    stage.InLoop([&] { stage.runner().Pause(absl::InfinitePast()); });
    stage.clock().Advance(absl::Seconds(1));
    EXPECT_THAT(stage.settled(), ElementsAre("ack 1", "ack 2"));
    EXPECT_FALSE(stage.health().paused);
    EXPECT_THAT(stage.conditions().current(), IsEmpty());
  }
}

TEST(PauseTest, LetsWhatRunsEnd) {
  Stage stage;
  Dependency dependency{.answer = absl::OkStatus()};
  stage.Run(dependency.Coroutine());
  stage.Deliver({.sequence = 1});
  stage.InLoop([&] { stage.runner().Pause(absl::InfiniteFuture()); });
  stage.clock().Advance(absl::Seconds(1));
  EXPECT_THAT(stage.settled(), ElementsAre("ack 1"));
}

TEST(PauseTest, EndsByItself) {
  Stage stage;
  Dependency dependency{.answer = absl::OkStatus()};
  stage.Run(dependency.Plain());
  stage.InLoop([&] {
    stage.runner().Pause(stage.clock().Now() + absl::Minutes(5));
    stage.runner().Pause(stage.clock().Now() + absl::Minutes(2));
  });
  stage.clock().Advance(absl::Minutes(2) - absl::Milliseconds(1));
  EXPECT_TRUE(stage.health().paused);
  stage.clock().Advance(absl::Milliseconds(1));
  EXPECT_FALSE(stage.health().paused);
  EXPECT_EQ(stage.transport.flow().wanted(), 1);
}

TEST(PauseTest, WakesItsConsumerOnceItIsOver) {
  Stage stage;
  Dependency dependency;
  stage.Run(dependency.Plain());
  stage.InLoop([&] { stage.runner().Pause(absl::InfiniteFuture()); });
  EXPECT_EQ(stage.transport.flow().wakes(), 0);
  stage.InLoop([&] { stage.runner().Pause(absl::InfinitePast()); });
  EXPECT_EQ(stage.transport.flow().wakes(), 1);
  stage.InLoop([&] { stage.runner().Pause(absl::InfinitePast()); });
  EXPECT_EQ(stage.transport.flow().wakes(), 1) << "it was not paused";
  EXPECT_EQ(stage.transport.flow().restarts(), 0) << "would ask for too much";
}

TEST(PauseTest, AndABreakerAreTwoThings) {
  Stage stage;
  Dependency dependency;
  stage.Run(dependency.Plain());
  stage.DeliverAll(Messages(1, 2));
  stage.InLoop([&] { stage.runner().Pause(absl::InfiniteFuture()); });
  dependency.answer = absl::OkStatus();
  dependency.calls = 0;
  stage.clock().Advance(absl::Minutes(1));
  EXPECT_EQ(dependency.calls, 0);
  stage.InLoop([&] { stage.runner().Pause(absl::InfinitePast()); });
  EXPECT_EQ(dependency.calls, 1);
  EXPECT_FALSE(stage.health().paused);
}

}  // namespace
}  // namespace walnats
