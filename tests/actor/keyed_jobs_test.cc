// An order per key: one message of a key at a time, also across retries.

#include <stdexcept>

#include "tests/actor/stage.h"
#include "walnats/base/strings.h"

namespace walnats {
namespace {

using ::testing::ElementsAre;
using testing::Incoming;
using ::testing::IsEmpty;
using testing::kParcelSent;
using testing::QuickRetries;
using testing::Stage;
using testing::TextCodec;

// Messages are "<key>:<what happens>".
std::string_view KeyOf(const std::string& text) {
  return std::string_view(text).substr(0, text.find(':'));
}

ActorOptions Keyed() {
  ActorOptions options = QuickRetries();
  options.order = Order::kPerKey;
  options.key = KeyOf;
  options.max_jobs = 4;
  return options;
}

// Takes a second; fails as often as the number behind the colon says.
class Carrier {
 public:
  Actor Coroutine(ActorOptions options = Keyed()) {
    return Actor(
        "carrier", kParcelSent,
        [this](const std::string& text,
               const Context& context) -> Task<absl::Status> {
          const absl::Status status = Carry(text, context);
          co_await context.clock().Sleep(absl::Seconds(1));
          co_return status;
        },
        std::move(options));
  }

  Actor Plain() {
    return Actor(
        "carrier", kParcelSent,
        [this](const std::string& text, const Context& context) {
          return Carry(text, context);
        },
        Keyed());
  }

  std::vector<std::string> seen;  // "7#1": sequence and attempt

 private:
  absl::Status Carry(const std::string& text, const Context& context) {
    seen.push_back(Cat(context.sequence(), "#", context.attempt()));
    const std::string_view rest = std::string_view(text).substr(
        std::min(KeyOf(text).size() + 1, text.size()));
    if (rest == "fatal") return absl::InvalidArgumentError("fatal");
    const int failures = rest.empty() ? 0 : rest[0] - '0';
    if (context.attempt() > failures) return absl::OkStatus();
    return absl::UnavailableError("busy");
  }
};

TEST(KeyedJobTest, RunsOneOfAKeyAtATimeAndOtherKeysInParallel) {
  Stage stage;
  Carrier carrier;
  stage.Run(carrier.Coroutine());
  stage.DeliverAll({{.body = "a", .sequence = 1},
                    {.body = "a", .sequence = 2},
                    {.body = "b", .sequence = 3},
                    {.body = "a", .sequence = 4}});
  EXPECT_THAT(carrier.seen, ElementsAre("1#1", "3#1"));
  EXPECT_EQ(stage.health().running, 2);
  EXPECT_EQ(stage.health().waiting, 2);
  stage.clock().Advance(absl::Seconds(1));
  EXPECT_THAT(carrier.seen, ElementsAre("1#1", "3#1", "2#1"));
  stage.clock().Advance(absl::Seconds(2));
  EXPECT_THAT(stage.settled(), ElementsAre("ack 1", "ack 3", "ack 2", "ack 4"));
  EXPECT_TRUE(stage.runner().idle());
}

TEST(KeyedJobTest, NeverRunsMoreThanMaxJobs) {
  Stage stage;
  Carrier carrier;
  ActorOptions options = Keyed();
  options.max_jobs = 2;
  stage.Run(carrier.Coroutine(options));
  stage.DeliverAll({{.body = "a", .sequence = 1},
                    {.body = "b", .sequence = 2},
                    {.body = "c", .sequence = 3}});
  EXPECT_EQ(stage.health().running, 2);
  stage.clock().Advance(absl::Seconds(2));
  EXPECT_THAT(stage.settled(), ElementsAre("ack 1", "ack 2", "ack 3"));
}

TEST(KeyedJobTest, HoldsTheLineWhileAMessageIsTriedAgain) {
  for (const bool plain : {true, false}) {
    Stage stage;
    Carrier carrier;
    stage.Run(plain ? carrier.Plain() : carrier.Coroutine());
    stage.DeliverAll({{.body = "a:2", .sequence = 1},
                      {.body = "a", .sequence = 2},
                      {.body = "b", .sequence = 3}});
    stage.clock().Advance(absl::Seconds(30));
    EXPECT_THAT(carrier.seen, ElementsAre("1#1", "3#1", "1#2", "1#3", "2#1"));
    // Nothing was given back in between, and the times are those of a retry.
    EXPECT_THAT(stage.settled(), ElementsAre("ack 3", "ack 1", "ack 2"));
    EXPECT_EQ(stage.health().retried, 2);
    EXPECT_EQ(stage.health().handled, 3);
  }
}

TEST(KeyedJobTest, WaitsForTheDelayOfARetry) {
  Stage stage;
  Carrier carrier;
  stage.Run(carrier.Plain());
  stage.Deliver({.body = "a:2", .sequence = 1});
  stage.clock().Advance(absl::Seconds(0.9));
  EXPECT_THAT(carrier.seen, ElementsAre("1#1"));
  stage.clock().Advance(absl::Seconds(0.1));
  EXPECT_THAT(carrier.seen, ElementsAre("1#1", "1#2"));
  stage.clock().Advance(absl::Seconds(4.9));
  EXPECT_EQ(carrier.seen.size(), 2u);
  stage.clock().Advance(absl::Seconds(0.1));
  EXPECT_THAT(stage.settled(), ElementsAre("ack 1"));
}

TEST(KeyedJobTest, CountsAttemptsOnTopOfTheServers) {
  Stage stage;
  Carrier carrier;
  stage.Run(carrier.Plain());
  stage.Deliver({.body = "a:9", .sequence = 1, .delivered = 2});
  stage.clock().Advance(absl::Seconds(5));
  EXPECT_THAT(carrier.seen, ElementsAre("1#2", "1#3"));
  ASSERT_EQ(stage.dead.letters.size(), 1u);
  EXPECT_EQ(stage.dead.letters[0].attempts(), 3);
  EXPECT_EQ(stage.dead.letters[0].errors_size(), 1);
  EXPECT_THAT(stage.settled(), ElementsAre("term 1 busy"));
}

TEST(KeyedJobTest, ADeadOneLetsTheNextGo) {
  Stage stage;
  Carrier carrier;
  stage.dead.takes = absl::Seconds(3);
  stage.Run(carrier.Plain());
  stage.DeliverAll(
      {{.body = "a:fatal", .sequence = 1}, {.body = "a", .sequence = 2}});
  EXPECT_THAT(carrier.seen, ElementsAre("1#1"));
  stage.clock().Advance(absl::Seconds(3));
  EXPECT_THAT(stage.settled(), ElementsAre("term 1 fatal", "ack 2"));
}

TEST(KeyedJobTest, ADeadOneThatIsNotStoredHoldsTheLineAndIsNotHandledAgain) {
  Stage stage;
  Carrier carrier;
  stage.dead.answer = absl::UnavailableError("no stream");
  stage.Run(carrier.Plain());
  stage.DeliverAll(
      {{.body = "a:fatal", .sequence = 1}, {.body = "a", .sequence = 2}});
  EXPECT_EQ(stage.dead.letters.size(), 1u);
  stage.dead.answer = absl::OkStatus();
  stage.clock().Advance(absl::Seconds(1));
  EXPECT_THAT(carrier.seen, ElementsAre("1#1", "2#1"));
  EXPECT_THAT(stage.settled(), ElementsAre("term 1 fatal", "ack 2"));
}

TEST(KeyedJobTest, WhatHasNoKeyIsDeadAtOnce) {
  Stage stage;
  Carrier carrier;
  stage.Run(carrier.Coroutine());
  stage.DeliverAll({{.body = "a", .sequence = 1},
                    {.body = std::string(TextCodec::kBroken), .sequence = 2}});
  EXPECT_THAT(stage.settled(), ElementsAre("term 2 broken bytes"));
  EXPECT_EQ(stage.dead.letters[0].code(), "DATA_LOSS");
  EXPECT_EQ(stage.dead.letters[0].key(), "");
}

TEST(KeyedJobTest, AKeyThatThrowsKillsItsMessageOnly) {
  Stage stage;
  Carrier carrier;
  ActorOptions options = Keyed();
  options.key = [](const std::string& text) -> std::string_view {
    if (text == "throw") throw std::runtime_error("boom");
    return text;
  };
  stage.Run(carrier.Coroutine(options));
  stage.DeliverAll(
      {{.body = "throw", .sequence = 1}, {.body = "a", .sequence = 2}});
  stage.clock().Advance(absl::Seconds(1));
  EXPECT_THAT(stage.settled(),
              ElementsAre("term 1 key: exception escaped: boom", "ack 2"));
}

TEST(KeyedJobTest, PulsesWhatWaitsForItsKeyOrItsRetry) {
  Stage stage;
  Carrier carrier;
  ActorOptions options = Keyed();
  options.retry.delays = {absl::Seconds(35)};
  stage.Run(carrier.Coroutine(options));
  stage.DeliverAll(
      {{.body = "a:1", .sequence = 1}, {.body = "a", .sequence = 2}});
  stage.clock().Advance(absl::Seconds(40));
  EXPECT_THAT(stage.settled(), ElementsAre("ack 1", "ack 2"));
  EXPECT_EQ(stage.health().lost, 0);
}

TEST(KeyedJobTest, AsksForMoreThanItCanStart) {
  struct Case {
    bool plain;
    int wanted;
  };
  for (const Case& c : {Case{true, 64}, Case{false, 16}}) {
    Stage stage;
    Carrier carrier;
    stage.Run(c.plain ? carrier.Plain() : carrier.Coroutine());
    EXPECT_EQ(stage.transport.flow().wanted(), c.wanted);
  }
}

// ---- lost messages

TEST(KeyedLossTest, LaterOnesWaitUntilALostOneComesAgain) {
  Stage stage;
  Carrier carrier;
  stage.Run(carrier.Coroutine());
  stage.transport.pulses_are_sent = false;
  stage.DeliverAll({{.body = "a:1", .sequence = 1}});
  stage.clock().Advance(absl::Seconds(1));
  // It waits for its retry, but its pulses fail until its deadline passes.
  stage.InLoop([&] { stage.runner().Close(internal::Gate::kPaused); });
  stage.clock().Advance(absl::Seconds(31));
  EXPECT_EQ(stage.health().lost, 1);
  stage.transport.pulses_are_sent = true;
  stage.InLoop([&] { stage.runner().Open(internal::Gate::kPaused); });
  stage.DeliverAll(
      {{.body = "a", .sequence = 2}, {.body = "b", .sequence = 3}});
  stage.clock().Advance(absl::Seconds(20));
  EXPECT_THAT(stage.settled(), ElementsAre("ack 3"));
  stage.Deliver({.body = "a:1", .sequence = 1, .delivered = 2});
  stage.clock().Advance(absl::Seconds(2));
  EXPECT_THAT(carrier.seen, ElementsAre("1#1", "3#1", "1#2", "2#1"));
  EXPECT_THAT(stage.settled(), ElementsAre("ack 3", "ack 1", "ack 2"));
}

TEST(KeyedLossTest, ALostOneIsAwaitedForTwoAckWaits) {
  Stage stage;
  Carrier carrier;
  stage.transport.pulses_are_sent = false;
  stage.Run(carrier.Coroutine());
  stage.DeliverAll({{.body = "a:1", .sequence = 1}});
  stage.InLoop([&] { stage.runner().Close(internal::Gate::kPaused); });
  stage.clock().Advance(absl::Seconds(31));  // lost at its pulse, at 31 s
  stage.transport.pulses_are_sent = true;
  stage.InLoop([&] { stage.runner().Open(internal::Gate::kPaused); });
  stage.Deliver({.body = "a", .sequence = 2});
  stage.clock().Advance(absl::Seconds(59));
  EXPECT_THAT(carrier.seen, ElementsAre("1#1"));
  stage.clock().Advance(absl::Seconds(2));
  EXPECT_THAT(carrier.seen, ElementsAre("1#1", "2#1"));
}

TEST(KeyedLossTest, OneThatHadNoPlaceIsNotOvertaken) {
  Stage stage;
  Carrier carrier;
  stage.Run(carrier.Coroutine());
  stage.InLoop(
      [&] { stage.transport.flow().Overflow({.body = "a", .sequence = 1}); });
  EXPECT_EQ(stage.health().lost, 1);
  stage.DeliverAll(
      {{.body = "a", .sequence = 2}, {.body = "b", .sequence = 3}});
  stage.clock().Advance(absl::Seconds(29));
  EXPECT_THAT(carrier.seen, ElementsAre("3#1"));
  stage.Deliver({.body = "a", .sequence = 1, .delivered = 2});
  stage.clock().Advance(absl::Seconds(2));
  EXPECT_THAT(carrier.seen, ElementsAre("3#1", "1#2", "2#1"));
}

TEST(KeyedLossTest, AnOutcomeAfterTheDeadlineBlocksToo) {
  Stage stage;
  stage.transport.pulses_are_sent = false;
  std::vector<uint64_t> seen;
  auto slow = [&](const std::string&, const Context& context) -> Task<void> {
    seen.push_back(context.sequence());
    co_await context.clock().Sleep(absl::Seconds(28));
  };
  stage.Run(Actor("carrier", kParcelSent, slow, Keyed()));
  stage.Deliver({.body = "a", .sequence = 1});
  stage.clock().Advance(absl::Seconds(20));
  stage.transport.pulses_are_sent = true;
  stage.Deliver({.body = "a", .sequence = 2});
  stage.clock().Advance(absl::Seconds(10));
  EXPECT_EQ(stage.health().lost, 1);
  stage.Deliver({.body = "a", .sequence = 1, .delivered = 2});
  stage.clock().Advance(absl::Seconds(60));
  EXPECT_THAT(seen, ElementsAre(1, 1, 2));
  EXPECT_THAT(stage.settled(), ElementsAre("ack 1", "ack 2"));
}

TEST(KeyedLossTest, ATimedOutHandlerHoldsItsKeyUntilItEnds) {
  Stage stage;
  testing::Gate gate;
  std::vector<uint64_t> seen;
  auto stubborn = [&](const std::string&,
                      const Context& context) -> Task<void> {
    seen.push_back(context.sequence());
    if (seen.size() == 1) co_await gate.Wait();
  };
  ActorOptions options = Keyed();
  options.job_timeout = absl::Seconds(12);
  stage.Run(Actor("carrier", kParcelSent, stubborn, options));
  stage.DeliverAll(
      {{.body = "a", .sequence = 1}, {.body = "a", .sequence = 2}});
  stage.clock().Advance(absl::Seconds(40));
  EXPECT_THAT(seen, ElementsAre(1));
  EXPECT_EQ(stage.log().back(), "retry 1 DEADLINE_EXCEEDED");
  stage.InLoop([&] { gate.Open(); });
  EXPECT_THAT(seen, ElementsAre(1, 1, 2));
  EXPECT_THAT(stage.settled(), ElementsAre("ack 1", "ack 2"));
}

TEST(KeyedLossTest, AnAckThatWasNotConfirmedHoldsItsKey) {
  Stage stage;
  Carrier carrier;
  ActorOptions options = Keyed();
  options.ack_sync = true;
  stage.Run(carrier.Coroutine(options));
  stage.DeliverAll(
      {{.body = "a", .sequence = 1}, {.body = "a", .sequence = 2}});
  stage.clock().Advance(absl::Seconds(5));
  EXPECT_THAT(stage.settled(), ElementsAre("ack-sync 1", "ack-sync 2"));
  EXPECT_TRUE(stage.runner().idle());
}

// ---- drain

TEST(KeyedDrainTest, HandsBackWhatWaitsInTheOrderOfTheStream) {
  Stage stage;
  Carrier carrier;
  stage.Run(carrier.Coroutine());
  stage.DeliverAll({{.body = "a:1", .sequence = 1},
                    {.body = "b", .sequence = 2},
                    {.body = "b", .sequence = 3},
                    {.body = "a", .sequence = 4}});
  stage.clock().Advance(absl::Seconds(1));
  EXPECT_THAT(stage.settled(), ElementsAre("ack 2"));
  stage.InLoop([&] { stage.runner().HandBack(); });
  EXPECT_THAT(stage.settled(), ElementsAre("ack 2", "nak 1 0", "nak 4 0"));
  stage.clock().Advance(absl::Seconds(10));
  EXPECT_THAT(stage.settled(),
              ElementsAre("ack 2", "nak 1 0", "nak 4 0", "ack 3"));
  EXPECT_TRUE(stage.runner().idle());
}

TEST(KeyedDrainTest, WhatFailsMeanwhileGoesBackWithItsDelay) {
  Stage stage;
  Carrier carrier;
  stage.Run(carrier.Coroutine());
  stage.Deliver({.body = "a:1", .sequence = 1});
  stage.InLoop([&] { stage.runner().HandBack(); });
  stage.clock().Advance(absl::Seconds(1));
  EXPECT_THAT(stage.settled(), ElementsAre("nak 1 1s"));
  EXPECT_TRUE(stage.runner().idle());
}

}  // namespace
}  // namespace walnats
