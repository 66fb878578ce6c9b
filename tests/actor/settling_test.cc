// Dead letters, delayed messages, and what Health says, whatever the handler.

#include "tests/actor/stage.h"

namespace walnats {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kParcelSent;
using testing::QuickRetries;
using testing::Returning;
using testing::Stage;

// ---- dead letters

TEST(DeadJobTest, IsTriedAgainWhileItsLetterCannotBeStored) {
  Stage stage;
  stage.dead.answer = absl::UnavailableError("disk full");
  stage.Run(Returning(absl::InvalidArgumentError("bad")));
  stage.Deliver({.sequence = 7});
  EXPECT_THAT(stage.settled(), ElementsAre("nak 7 1s"));
  EXPECT_THAT(stage.health().problem, HasSubstr("disk full"));
  EXPECT_EQ(stage.health().dead, 0);

  stage.dead.answer = absl::OkStatus();
  stage.Deliver({.sequence = 7, .delivered = 2});
  EXPECT_THAT(stage.settled(), ElementsAre("nak 7 1s", "term 7 bad"));
  EXPECT_EQ(stage.health().problem, "");
  EXPECT_EQ(stage.health().dead, 1);
}

TEST(DeadJobTest, IsBuriedAgainHoweverOftenThatFailed) {
  Stage stage;
  stage.dead.answer = absl::UnavailableError("disk full");
  stage.Run(Returning(absl::OkStatus()));
  stage.Deliver({.sequence = 7, .delivered = 40});
  EXPECT_THAT(stage.settled(), ElementsAre("nak 7 5s"));
}

TEST(DeadJobTest, IsTerminatedOnlyWhenItsLetterIsSafe) {
  Stage stage;
  stage.dead.takes = absl::Seconds(3);
  stage.Run(Returning(absl::InvalidArgumentError("bad")));
  stage.Deliver({.sequence = 7});
  EXPECT_FALSE(stage.runner().idle());
  stage.clock().Advance(absl::Seconds(2));
  EXPECT_THAT(stage.settled(), IsEmpty());
  stage.clock().Advance(absl::Seconds(1));
  EXPECT_THAT(stage.settled(), ElementsAre("term 7 bad"));
  EXPECT_TRUE(stage.runner().idle());
}

TEST(DeadJobTest, PulsesWhileItsLetterIsBeingStored) {
  Stage stage;
  stage.dead.takes = absl::Seconds(45);
  stage.Run(Returning(absl::InvalidArgumentError("bad")));
  stage.Deliver({.sequence = 7});
  stage.clock().Advance(absl::Seconds(45));
  EXPECT_THAT(stage.transport.pulses, ElementsAre(7, 7, 7, 7));
  EXPECT_THAT(stage.settled(), ElementsAre("term 7 bad"));
}

// ---- delayed messages

std::string In(Stage& stage, absl::Duration delay) {
  return EncodeDelay(stage.clock().Now() + delay);
}

TEST(DelayedMessageTest, IsSentBackUntilItsTime) {
  Stage stage;
  int calls = 0;
  stage.Run(Returning(absl::OkStatus(), &calls));
  const testing::StoredHeaders headers = {
      {kDelayHeader, In(stage, absl::Seconds(90))}};
  const absl::Time stored = stage.clock().Now();
  stage.Deliver({.headers = headers, .sequence = 7, .time = stored});
  EXPECT_THAT(stage.settled(), ElementsAre("nak 7 1m30s"));
  EXPECT_THAT(stage.log(), IsEmpty());
  stage.clock().Advance(absl::Seconds(90));
  stage.Deliver(
      {.headers = headers, .sequence = 7, .delivered = 2, .time = stored});
  EXPECT_THAT(stage.settled(), ElementsAre("nak 7 1m30s", "ack 7"));
  EXPECT_EQ(calls, 1);
}

TEST(DelayedMessageTest, IsNeverSentBackForNoTimeAtAll) {
  Stage stage;
  stage.Run(Returning(absl::OkStatus()));
  const std::string due = In(stage, absl::Seconds(1));
  stage.clock().Advance(absl::Seconds(1) - absl::Nanoseconds(1) / 4);
  stage.Deliver({.headers = {{kDelayHeader, due}}, .sequence = 7});
  EXPECT_THAT(stage.settled(), ElementsAre("nak 7 1ms"));
}

TEST(DelayedMessageTest, TheWaitIsNoAttempt) {
  Stage stage;
  std::vector<int64_t> attempts;
  auto fail = [&](const std::string&, const Context& context) {
    attempts.push_back(context.attempt());
    return absl::UnavailableError("no");
  };
  stage.Run(Actor("mailer", kParcelSent, fail, QuickRetries()));
  const absl::Time stored = stage.clock().Now();
  const testing::StoredHeaders headers = {
      {kDelayHeader, In(stage, absl::Seconds(5))}};
  stage.clock().Advance(absl::Seconds(10));
  for (uint64_t delivered : {2, 3, 4, 5}) {
    stage.Deliver({.headers = headers,
                   .sequence = 7,
                   .delivered = delivered,
                   .time = stored});
  }
  EXPECT_THAT(attempts, ElementsAre(1, 2, 3));
  EXPECT_EQ(stage.dead.letters.size(), 2u);  // after the third, and the fifth
  EXPECT_EQ(stage.dead.letters[1].attempts(), 4);
}

TEST(DelayedMessageTest, ADelayThatIsNoNumberIsIgnored) {
  Stage stage;
  stage.Run(Returning(absl::OkStatus()));
  stage.Deliver({.headers = {{kDelayHeader, "tomorrow"}}, .sequence = 7});
  EXPECT_THAT(stage.settled(), ElementsAre("ack 7"));
}

// ---- what the flow tells

TEST(ActorHealthTest, ShowsThatItsConsumerIsSilent) {
  Stage stage;
  stage.Run(Returning(absl::OkStatus()));
  EXPECT_EQ(stage.health().name, "mailer");
  EXPECT_EQ(stage.health().event, "parcel.sent");
  stage.transport.flow().Tell(transport::FlowEvent::kStalled, "no heartbeat");
  EXPECT_TRUE(stage.health().stalled);
  EXPECT_EQ(stage.health().problem, "no heartbeat");
  stage.transport.flow().Tell(transport::FlowEvent::kResumed, "");
  EXPECT_FALSE(stage.health().stalled);
  EXPECT_EQ(stage.health().problem, "");
  EXPECT_EQ(stage.missing, 0);
}

TEST(ActorHealthTest, AsksForItsConsumerToBeMadeAgain) {
  Stage stage;
  stage.Run(Returning(absl::OkStatus()));
  stage.transport.flow().Tell(transport::FlowEvent::kConsumerMissing, "gone");
  EXPECT_EQ(stage.missing, 1);
  EXPECT_TRUE(stage.health().stalled);
  EXPECT_EQ(stage.health().problem, "gone");
  stage.runner().Restart();
  EXPECT_EQ(stage.transport.flow().restarts(), 1);
  EXPECT_FALSE(stage.health().stalled);
  EXPECT_EQ(stage.health().problem, "");
}

}  // namespace
}  // namespace walnats
