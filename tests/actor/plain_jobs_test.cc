// Plain handlers: run inside the delivery's call, one at a time.

#include <stdexcept>

#include "tests/actor/stage.h"

namespace walnats {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::kParcelSent;
using testing::QuickRetries;
using testing::Returning;
using testing::Stage;
using testing::TextCodec;

constexpr absl::Duration kAckWait = absl::Seconds(30);

TEST(PlainJobTest, AcksWhatWasHandled) {
  Stage stage;
  std::vector<std::string> seen;
  stage.Run(Actor("mailer", kParcelSent,
                  [&](const std::string& text) { seen.push_back(text); }));
  stage.DeliverAll(
      {{.body = "a", .sequence = 7}, {.body = "b", .sequence = 8}});
  EXPECT_THAT(seen, ElementsAre("a", "b"));
  EXPECT_THAT(stage.settled(), ElementsAre("ack 7", "ack 8"));
  EXPECT_THAT(stage.log(), ElementsAre("start 7", "handled 7 OK", "start 8",
                                       "handled 8 OK"));
  EXPECT_EQ(stage.health().handled, 2);
  EXPECT_EQ(stage.health().last_handled, stage.clock().Now());
}

TEST(PlainJobTest, SettlesInsideTheDelivery) {
  Stage stage;
  stage.Run(Returning(absl::OkStatus()));
  stage.InLoop([&] {
    stage.transport.flow().Deliver({.sequence = 7});
    EXPECT_THAT(stage.settled(), ElementsAre("ack 7"));
  });
}

TEST(PlainJobTest, SettlesWithTheDeadline) {
  Stage stage;
  stage.Run(Returning(absl::OkStatus()));
  stage.Deliver({.sequence = 7});
  const absl::Time deadline = stage.transport.settlements[0].deadline;
  EXPECT_LT(deadline, stage.clock().Now() + kAckWait);
  EXPECT_GE(deadline, stage.clock().Now() + kAckWait * 0.8);
}

TEST(PlainJobTest, NaksWithTheDelayOfTheAttempt) {
  Stage stage;
  stage.Run(Returning(absl::UnavailableError("later")));
  stage.DeliverAll({{.sequence = 7}, {.sequence = 8, .delivered = 2}});
  EXPECT_THAT(stage.settled(), ElementsAre("nak 7 1s", "nak 8 5s"));
  EXPECT_THAT(stage.log(), ElementsAre("start 7", "retry 7 UNAVAILABLE",
                                       "start 8", "retry 8 UNAVAILABLE"));
  EXPECT_THAT(stage.observer().delays,
              ElementsAre(absl::Seconds(1), absl::Seconds(5)));
  EXPECT_EQ(stage.health().retried, 2);
  EXPECT_THAT(stage.dead.letters, IsEmpty());
}

TEST(PlainJobTest, BuriesAtOnceWhatNoRetryCanMend) {
  for (absl::StatusCode code :
       {absl::StatusCode::kInvalidArgument, absl::StatusCode::kOutOfRange,
        absl::StatusCode::kUnimplemented, absl::StatusCode::kDataLoss}) {
    Stage stage;
    stage.Run(Returning(absl::Status(code, "no use")));
    stage.Deliver({.sequence = 7});
    EXPECT_THAT(stage.settled(), ElementsAre("term 7 no use"));
    ASSERT_EQ(stage.dead.letters.size(), 1u);
    EXPECT_EQ(stage.dead.letters[0].code(), absl::StatusCodeToString(code));
    EXPECT_EQ(stage.dead.letters[0].attempts(), 1);
    EXPECT_EQ(stage.health().dead, 1);
  }
}

TEST(PlainJobTest, BuriesAfterTheLastAttempt) {
  Stage stage;
  stage.Run(Returning(absl::UnavailableError("still no")));
  stage.Deliver({.sequence = 7, .delivered = 3});
  EXPECT_THAT(stage.settled(), ElementsAre("term 7 still no"));
  ASSERT_EQ(stage.dead.letters.size(), 1u);
  EXPECT_EQ(stage.dead.letters[0].attempts(), 3);
  EXPECT_EQ(stage.dead.letters[0].code(), "UNAVAILABLE");
  EXPECT_THAT(stage.log(), ElementsAre("start 7", "dead 7 UNAVAILABLE"));
}

TEST(PlainJobTest, BuriesBeforeTheHandlerWhatCameTooOften) {
  Stage stage;
  int calls = 0;
  stage.Run(Returning(absl::OkStatus(), &calls));
  stage.Deliver({.sequence = 7, .delivered = 4});
  EXPECT_EQ(calls, 0);
  ASSERT_EQ(stage.dead.letters.size(), 1u);
  EXPECT_EQ(stage.dead.letters[0].attempts(), 4);
  EXPECT_EQ(stage.transport.settlements[0].kind, testing::Settlement::kTerm);
  EXPECT_THAT(stage.log(), ElementsAre("dead 7 ABORTED"));
  EXPECT_THAT(stage.observer().durations, ElementsAre(absl::ZeroDuration()));
}

TEST(PlainJobTest, BuriesWhatItCannotDecodeAsItCame) {
  Stage stage;
  int calls = 0;
  stage.Run(Returning(absl::OkStatus(), &calls));
  stage.Deliver({.body = std::string(TextCodec::kBroken), .sequence = 7});
  EXPECT_EQ(calls, 0);
  ASSERT_EQ(stage.dead.letters.size(), 1u);
  EXPECT_EQ(stage.dead.letters[0].code(), "DATA_LOSS");
  EXPECT_EQ(stage.dead.letters[0].error(), "broken bytes");
  EXPECT_EQ(stage.dead.letters[0].body(), TextCodec::kBroken);
  EXPECT_THAT(stage.settled(), ElementsAre("term 7 broken bytes"));
}

TEST(PlainJobTest, TriesAgainAfterAnException) {
  Stage stage;
  auto fail = [](const std::string&) { throw std::runtime_error("boom"); };
  stage.Run(Actor("mailer", kParcelSent, fail, QuickRetries()));
  stage.Deliver({.sequence = 7});
  EXPECT_THAT(stage.settled(), ElementsAre("nak 7 1s"));
  EXPECT_THAT(stage.log(), ElementsAre("start 7", "retry 7 INTERNAL"));
}

// Time passes inside a plain handler only if the test says so.
Actor Taking(Stage& stage, absl::Duration time, ActorOptions options) {
  return Actor(
      "mailer", kParcelSent,
      [&stage, time](const std::string&) { stage.clock().Advance(time); },
      std::move(options));
}

TEST(PlainJobTest, HasFailedWhenItTookLongerThanItsLimit) {
  Stage stage;
  ActorOptions options = QuickRetries();
  options.job_timeout = absl::Seconds(10);
  stage.Run(Taking(stage, absl::Seconds(11), options));
  stage.transport.flow().Deliver({.sequence = 7});
  EXPECT_THAT(stage.settled(), ElementsAre("nak 7 1s"));
  EXPECT_THAT(stage.log(), ElementsAre("start 7", "retry 7 DEADLINE_EXCEEDED"));
  EXPECT_EQ(stage.health().timed_out, 1);
  EXPECT_THAT(stage.observer().durations, ElementsAre(absl::Seconds(11)));
}

TEST(PlainJobTest, SettlesNothingPastItsDeadline) {
  Stage stage;
  stage.Run(Taking(stage, kAckWait, QuickRetries()));
  stage.transport.flow().Deliver({.sequence = 7});
  EXPECT_THAT(stage.settled(), IsEmpty());
  EXPECT_THAT(stage.log(), ElementsAre("start 7", "lost 7 OK"));
  EXPECT_EQ(stage.health().lost, 1);
  EXPECT_EQ(stage.health().handled, 0);
}

TEST(PlainJobTest, WantsMoreOnceItKnowsThatItIsFast) {
  Stage stage;
  stage.Run(Returning(absl::OkStatus()));
  EXPECT_EQ(stage.transport.flow().stream(), "parcel-sent");
  EXPECT_EQ(stage.transport.flow().consumer(), "mailer");
  EXPECT_EQ(stage.transport.flow().wanted(), 1);
  stage.Deliver({.sequence = 7});
  EXPECT_EQ(stage.transport.flow().wanted(), 5000);
}

TEST(PlainJobTest, WantsOneAtATimeWhenItIsSlow) {
  Stage stage;
  stage.Run(Taking(stage, absl::Seconds(20), QuickRetries()));
  stage.transport.flow().Deliver({.sequence = 7});
  stage.transport.flow().Idle();
  EXPECT_EQ(stage.transport.flow().wanted(), 1);
}

}  // namespace
}  // namespace walnats
