// The end of a runner: HandBack, Cancel, Stop.

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

Actor Sleeping() {
  ActorOptions options = QuickRetries();
  options.max_jobs = 1;
  return Actor(
      "mailer", kParcelSent,
      [](const std::string&, const Context& context) -> Task<void> {
        co_await context.clock().Sleep(absl::Seconds(15));
      },
      options);
}

TEST(HandBackTest, ReturnsWhatWasNotStartedAtOnce) {
  Stage stage;
  stage.Run(Sleeping());
  stage.DeliverAll({{.sequence = 7}, {.sequence = 8}, {.sequence = 9}});
  stage.InLoop([&] { stage.runner().HandBack(); });
  EXPECT_TRUE(stage.transport.flow().stopped());
  EXPECT_THAT(stage.settled(), ElementsAre("nak 8 0", "nak 9 0"));
  EXPECT_EQ(stage.health().waiting, 0);
  EXPECT_EQ(stage.health().running, 1);
  EXPECT_FALSE(stage.runner().idle());
}

TEST(HandBackTest, LetsWhatRunsEnd) {
  Stage stage;
  stage.Run(Sleeping());
  stage.DeliverAll({{.sequence = 7}, {.sequence = 8}});
  stage.InLoop([&] { stage.runner().HandBack(); });
  stage.clock().Advance(absl::Seconds(15));
  EXPECT_THAT(stage.settled(), ElementsAre("nak 8 0", "ack 7"));
  EXPECT_THAT(stage.transport.pulses, ElementsAre(7));
  EXPECT_TRUE(stage.runner().idle());
}

TEST(HandBackTest, ReturnsEachOnce) {
  Stage stage;
  stage.Run(Sleeping());
  stage.DeliverAll({{.sequence = 7}, {.sequence = 8}});
  stage.InLoop([&] { stage.runner().HandBack(); });
  stage.InLoop([&] { stage.runner().HandBack(); });
  EXPECT_THAT(stage.settled(), ElementsAre("nak 8 0"));
}

TEST(HandBackTest, ReturnsWhatComesLate) {
  for (const bool plain : {true, false}) {
    Stage stage;
    stage.Run(plain ? Returning(absl::OkStatus()) : Sleeping());
    stage.InLoop([&] { stage.runner().HandBack(); });
    stage.DeliverAll({{.sequence = 7}, {.sequence = 8, .delivered = 9}});
    EXPECT_THAT(stage.settled(), ElementsAre("nak 7 0", "nak 8 0"));
    EXPECT_THAT(stage.log(), IsEmpty());
    EXPECT_THAT(stage.dead.letters, IsEmpty());
    EXPECT_TRUE(stage.runner().idle());
  }
}

TEST(HandBackTest, WantsNothingAnyMore) {
  Stage stage;
  stage.Run(Returning(absl::OkStatus()));
  stage.Deliver({.sequence = 7});
  EXPECT_EQ(stage.transport.flow().wanted(), 5000);
  stage.InLoop([&] { stage.runner().HandBack(); });
  stage.Deliver({.sequence = 8});
  EXPECT_TRUE(stage.transport.flow().stopped());
  EXPECT_EQ(stage.transport.flow().wanted(), 5000);  // never asked again
}

TEST(HandBackTest, WaitsForLettersThatAreBeingStored) {
  Stage stage;
  stage.dead.takes = absl::Seconds(5);
  stage.Run(Sleeping());
  stage.Deliver({.body = std::string(TextCodec::kBroken), .sequence = 7});
  stage.InLoop([&] { stage.runner().HandBack(); });
  EXPECT_FALSE(stage.runner().idle());
  stage.clock().Advance(absl::Seconds(5));
  EXPECT_TRUE(stage.runner().idle());
  EXPECT_THAT(stage.settled(), ElementsAre("term 7 broken bytes"));
}

TEST(HoldTest, StartsNothingUntilAllIsHandedBack) {
  for (const bool plain : {true, false}) {
    Stage stage;
    stage.Run(plain ? Returning(absl::OkStatus()) : Sleeping());
    stage.InLoop([&] { stage.runner().Close(internal::Gate::kDrain); });
    stage.DeliverAll({{.sequence = 7}, {.sequence = 8}});
    EXPECT_THAT(stage.log(), IsEmpty());
    EXPECT_THAT(stage.settled(), IsEmpty());
    stage.InLoop([&] { stage.runner().HandBack(); });
    EXPECT_THAT(stage.settled(), ElementsAre("nak 7 0", "nak 8 0"));
    EXPECT_TRUE(stage.runner().idle());
  }
}

TEST(HoldTest, LeavesThePlaceOfAJobThatEndsEmpty) {
  Stage stage;
  stage.Run(Sleeping());
  stage.DeliverAll({{.sequence = 7}, {.sequence = 8}});
  stage.InLoop([&] { stage.runner().Close(internal::Gate::kDrain); });
  stage.clock().Advance(absl::Seconds(15));
  EXPECT_THAT(stage.settled(), ElementsAre("ack 7"));
  EXPECT_EQ(stage.health().waiting, 1);
}

TEST(CancelTest, EndsHandlersWhoseMessagesComeAgain) {
  Stage stage;
  stage.Run(Sleeping());
  stage.DeliverAll({{.sequence = 7}, {.sequence = 8}});
  stage.InLoop([&] { stage.runner().HandBack(); });
  stage.InLoop([&] { stage.runner().Cancel(); });
  EXPECT_THAT(stage.settled(), ElementsAre("nak 8 0", "nak 7 1s"));
  EXPECT_EQ(stage.log().back(), "retry 7 CANCELLED");
  EXPECT_TRUE(stage.runner().idle());
}

TEST(CancelTest, DoesNothingToIdleWorkers) {
  Stage stage;
  stage.Run(Sleeping());
  stage.Deliver({.sequence = 7});
  stage.clock().Advance(absl::Seconds(15));
  stage.InLoop([&] { stage.runner().Cancel(); });
  stage.Deliver({.sequence = 8});
  stage.clock().Advance(absl::Seconds(15));
  EXPECT_THAT(stage.settled(), ElementsAre("ack 7", "ack 8"));
}

TEST(StopTest, EndsIdleWorkersAndTheFlow) {
  Stage stage;
  stage.Run(Sleeping());
  stage.Run(Returning(absl::OkStatus()));
  stage.DeliverAll(stage.transport.flow("mailer"), {{.sequence = 7}});
  stage.clock().Advance(absl::Seconds(15));
  EXPECT_TRUE(stage.transport.flow().open());
  EXPECT_EQ(stage.End(), 2);
  EXPECT_FALSE(stage.transport.flow().open());
}

}  // namespace
}  // namespace walnats
