#include "walnats/testing/harness.h"

#include <optional>

#include "tests/testing/harness_fixture.h"
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
using ::testing::Not;
using ::testing::SizeIs;

class HarnessTest : public HarnessFixture {};

TEST_F(HarnessTest, StartsAtTheFirstEmit) {
  Harness harness;
  harness.Add(Shop({}));
  EXPECT_EQ(harness.Health().phase, Phase::kNew);
  const absl::StatusOr<Receipt> receipt =
      harness.Emit(kOrder, {"one"}, {.id = "order-1"});
  EXPECT_THAT(receipt, IsOkAndHolds(AllOf(Field(&Receipt::stream, "shop-order"),
                                          Field(&Receipt::sequence, 1),
                                          Field(&Receipt::duplicate, false))));
  EXPECT_TRUE(harness.Health().ready()) << harness.Describe();
  EXPECT_THAT(harness.Emit(kOrder, {"one"}, {.id = "order-1"}),
              IsOkAndHolds(Field(&Receipt::duplicate, true)));
}

TEST_F(HarnessTest, MessagesAreThoseOfTheStream) {
  Harness harness;
  harness.Add(Shop({}));
  const Header colour = {"Colour", "blue"};
  ASSERT_THAT(
      harness.Emit(kOrder, {"one"}, {.id = "order-1", .headers = {&colour, 1}}),
      IsOk());
  harness.Advance(absl::Minutes(5));
  ASSERT_THAT(harness.Emit(kOrder, {"two"}, {.trace = "trace-2"}), IsOk());
  EXPECT_THAT(
      harness.Messages(kOrder),
      ElementsAre(AllOf(TextIs("one"), HasSequence(1), HasId("order-1"),
                        HasHeader("Colour", "blue"), HasTrace("")),
                  AllOf(TextIs("two"), HasSequence(2), HasId(Not("")),
                        HasTrace("trace-2"), Not(HasHeader("Colour", _)))));
  const std::vector<Stored<Note>> stored = harness.Messages(kOrder);
  EXPECT_EQ(stored[1].time - stored[0].time, absl::Minutes(5));
  EXPECT_THAT(harness.Messages(kParcel), IsEmpty());
}

TEST_F(HarnessTest, WhatWasEmittedIsHandledAtTheLatestWhenIdle) {
  Harness harness;
  int handled = 0;
  harness.Add(Shop({OrderActor([&](const Note&) { ++handled; })}));
  ASSERT_THAT(harness.Emit(kOrder, {"one"}), IsOk());
  harness.RunUntilIdle();
  EXPECT_EQ(handled, 1);
}

TEST_F(HarnessTest, TheTimeStandsUnlessItIsMoved) {
  Harness harness({.start = absl::UnixEpoch()});
  harness.Add(Shop({}));
  ASSERT_THAT(harness.Emit(kOrder, {"one"}), IsOk());
  harness.RunUntilIdle();
  EXPECT_EQ(harness.clock().Now(), absl::UnixEpoch());
  harness.Advance(absl::Hours(1));
  EXPECT_EQ(harness.clock().Now(), absl::UnixEpoch() + absl::Hours(1));
}

TEST_F(HarnessTest, InvalidServicesAreNamedByEveryCall) {
  Harness harness;
  harness.Add({.name = "Not Kebab"});
  const auto invalid =
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("Not Kebab"));
  EXPECT_THAT(harness.Start(), invalid);
  EXPECT_THAT(harness.Emit(kOrder, {"one"}), invalid);
  EXPECT_THAT(harness.Run(Nothing()), invalid);
  EXPECT_THAT(logged_, Contains(HasSubstr("Not Kebab")));
  harness.RunUntilIdle();
  harness.Advance(absl::Hours(1));
}

TEST_F(HarnessTest, WhatCannotBeRegisteredEndsTheStart) {
  Harness harness;
  transport::StreamConfig other;
  other.name = "shop-order";
  other.subjects = {"shop.order"};
  other.retention = Retention::kWorkQueue;
  ASSERT_TRUE(harness.server().model().CreateStream(other).ok());
  harness.Add(Shop({}));
  EXPECT_THAT(harness.Emit(kOrder, {"one"}),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("shop-order"), HasSubstr("retention"))));
  EXPECT_THAT(harness.Describe(), HasSubstr("stopped"));
}

TEST_F(HarnessTest, StartFailsWhileThereIsNoConnection) {
  Harness harness;
  harness.Add(Shop({}));
  harness.Disconnect();
  EXPECT_THAT(harness.Start(), StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(HarnessTest, AnEventThatNobodyRegisteredCannotBeEmitted) {
  Harness harness;
  harness.Add({.name = "shop"});
  EXPECT_THAT(harness.Emit(kOrder, {"one"}),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("not registered")));
}

TEST_F(HarnessTest, WhatIsAddedTooLateIsAnError) {
  Harness harness;
  harness.Add(Shop({}));
  ASSERT_THAT(harness.Start(), IsOk());
  harness.Add({.name = "late"});
  EXPECT_THAT(
      harness.Emit(kOrder, {"one"}),
      StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("\"late\"")));
}

TEST_F(HarnessTest, RunReturnsWhatTheTaskDoes) {
  Harness harness;
  const auto status = []() -> Task<absl::Status> {
    co_return absl::AbortedError("a");
  };
  const auto number = []() -> Task<int> { co_return 7; };
  const auto text = []() -> Task<absl::StatusOr<std::string>> {
    co_return "b";
  };
  const auto nothing = []() -> Task<void> { co_return; };
  const auto thrower = []() -> Task<int> {
    throw std::runtime_error("c");
    co_return 7;
  };
  EXPECT_THAT(harness.Run(status()), StatusIs(absl::StatusCode::kAborted, "a"));
  EXPECT_THAT(harness.Run(number()), IsOkAndHolds(7));
  EXPECT_THAT(harness.Run(text()), IsOkAndHolds("b"));
  EXPECT_THAT(harness.Run(nothing()), IsOk());
  EXPECT_THAT(harness.Run(thrower()),
              StatusIs(absl::StatusCode::kInternal, HasSubstr("c")));
}

TEST_F(HarnessTest, RunMovesTheTimeAsFarAsItsTaskNeeds) {
  Harness harness;
  const absl::Time start = harness.clock().Now();
  EXPECT_THAT(harness.Run(harness.clock().Sleep(absl::Minutes(10))), IsOk());
  EXPECT_EQ(harness.clock().Now(), start + absl::Minutes(10));
}

TEST_F(HarnessTest, RunGivesUpATaskThatNeedsTooLong) {
  Harness harness({.run_limit = absl::Minutes(1)});
  bool cancelled = false;
  const auto task = [&]() -> Task<absl::Status> {
    try {
      co_await harness.clock().Sleep(absl::Minutes(2));
    } catch (...) {
      cancelled = true;
      throw;
    }
    co_return absl::OkStatus();
  };
  EXPECT_THAT(harness.Run(task()),
              StatusIs(absl::StatusCode::kDeadlineExceeded, HasSubstr("1m")));
  EXPECT_TRUE(cancelled);
}

TEST_F(HarnessTest, RunsOneTaskAtATime) {
  Harness harness;
  harness.Add(Shop({}));
  const auto task = [&]() -> Task<absl::Status> {
    co_return harness.Emit(kOrder, {"one"}).status();
  };
  EXPECT_THAT(harness.Run(task()),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("within a handler")));
}

TEST_F(HarnessTest, AfterAStopWhatHappenedCanStillBeRead) {
  Harness harness;
  harness.Add(Shop({OrderActor([](const Note&) {})}));
  ASSERT_THAT(harness.Emit(kOrder, {"one"}), IsOk());
  harness.RunUntilIdle();
  EXPECT_THAT(harness.Stop(), IsOk());
  EXPECT_EQ(harness.Health().phase, Phase::kStopped);
  EXPECT_THAT(harness.Messages(kOrder), SizeIs(1));
  EXPECT_THAT(harness.Attempts("mailer"), ElementsAre(Handled()));
  EXPECT_THAT(harness.Emit(kOrder, {"two"}),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST_F(HarnessTest, AStopBeforeTheStartIsNoError) {
  Harness harness;
  harness.Add(Shop({}));
  EXPECT_THAT(harness.Stop(), IsOk());
  EXPECT_THAT(harness.Start(), StatusIs(absl::StatusCode::kFailedPrecondition));
}

// Ids and delays of a few failing jobs.
std::vector<std::string> Happenings(uint32_t seed) {
  Harness harness({.seed = seed});
  Service shop{.name = "shop"};
  shop.actors = {Actor("mailer", kOrder, [](const Note&) {
    return absl::UnavailableError("busy");
  })};
  harness.Add(shop);
  harness.Emit(kOrder, {"one"}).IgnoreError();
  harness.Emit(kOrder, {"two"}).IgnoreError();
  harness.Advance(absl::Hours(1));
  std::vector<std::string> happenings;
  for (const Stored<Note>& stored : harness.Messages(kOrder)) {
    happenings.push_back(::testing::PrintToString(stored));
  }
  for (const Attempt& attempt : harness.Attempts()) {
    happenings.push_back(::testing::PrintToString(attempt));
  }
  return happenings;
}

TEST_F(HarnessTest, OneSeedHasOneCourse) {
  const std::vector<std::string> first = Happenings(1);
  EXPECT_THAT(first, SizeIs(22));  // two messages, ten attempts at each
  EXPECT_EQ(first, Happenings(1));
  EXPECT_NE(first, Happenings(2));
}

TEST_F(HarnessTest, ImitatesTheServerThatItIsTold) {
  Harness harness({.server = model::kOldest});
  harness.Add(Shop({}));
  ASSERT_THAT(harness.Start(), IsOk());
  EXPECT_THAT(harness.Health().server, HasSubstr("2.9.10"));
}

}  // namespace
}  // namespace walnats::testing
