// Pulls that wait: whose turn it is, and how they hear that the server lives.

#include <gmock/gmock.h>

#include "tests/contract/wire_fixture.h"

namespace walnats::contract {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::model::Difference;

using PullTurns = WireContract;

INSTANTIATE_TEST_SUITE_P(, PullTurns, ::testing::ValuesIn(WireSides()),
                         ::testing::PrintToStringParamName());

constexpr char kTwo[] = R"({"batch":2,"expires":5000000000})";
constexpr char kWatched[] =
    R"({"batch":2,"expires":500000000,"idle_heartbeat":100000000})";

TEST_P(PullTurns, ServeOverlappingPullsInTurn) {
  MakeWork();
  Mailbox& first = Pull(kTwo);
  Mailbox& second = Pull(kTwo);
  AwaitPulls(2);
  Store({"a", "b", "c", "d"});
  ASSERT_TRUE(Until(
      [&] { return first.Bodies().size() + second.Bodies().size() == 4; }));
  EXPECT_THAT(first.Bodies(), ElementsAre("a", "c"));
  EXPECT_THAT(second.Bodies(), ElementsAre("b", "d"));
}

TEST_P(PullTurns, ServeABacklogInTurn) {
  MakeWork(R"("max_ack_pending":1)");
  Store({"a", "b", "c", "d"});
  const Frame held = PullOne();
  Mailbox& first = Pull(kTwo);
  Mailbox& second = Pull(kTwo);
  AwaitPulls(2);
  for (Mailbox* next : {&first, &second}) {
    const size_t before = next->frames.size();
    const std::string subject =
        next == &first ? held.reply : first.frames.back().reply;
    Send(subject, "+ACK");
    ASSERT_TRUE(Until([&] { return next->frames.size() > before; }));
  }
  EXPECT_THAT(first.Bodies(), ElementsAre("b"));
  EXPECT_THAT(second.Bodies(), ElementsAre("c"));
}

TEST_P(PullTurns, GoToTheNextWhenTheFirstHasGone) {
  MakeWork();
  Mailbox& gone = Pull(kTwo);
  Mailbox& next = Pull(kTwo);
  AwaitPulls(2);
  Leave(gone);
  Store({"a"});
  EXPECT_TRUE(Until([&] { return next.Bodies().size() == 1; }));
  EXPECT_EQ(next.Counts(), "1");
}

// ---- heartbeats

TEST_P(PullTurns, HearThatTheServerLives) {
  MakeWork();
  Mailbox& pull = Pull(kWatched);
  ASSERT_TRUE(Until([&] { return pull.Ends() == "408 Request Timeout"; }));
  EXPECT_GE(pull.Heartbeats(), 2);
  EXPECT_LE(pull.Heartbeats(), 5);
  EXPECT_EQ(pull.frames.front().subject, pull.address);
  EXPECT_EQ(pull.frames.front().Status(), "100 Idle Heartbeat");
  EXPECT_EQ(pull.frames.front().Header("Nats-Last-Consumer"), "0");
  EXPECT_EQ(pull.frames.front().Header("Nats-Last-Stream"), "0");
}

TEST_P(PullTurns, HearItEachForItself) {
  MakeWork();
  Mailbox& first = Pull(kWatched);
  Mailbox& second = Pull(kWatched);
  EXPECT_TRUE(Until(
      [&] { return first.Heartbeats() >= 1 && second.Heartbeats() >= 1; }));
}

TEST_P(PullTurns, HearNothingWithoutHeartbeats) {
  MakeWork();
  Mailbox& pull = Pull(R"({"batch":2,"expires":400000000})");
  ASSERT_TRUE(Until([&] { return pull.Ends() == "408 Request Timeout"; }));
  EXPECT_EQ(pull.Heartbeats(), 0);
}

TEST_P(PullTurns, HearItWhileNothingMoreMayBePending) {
  MakeWork(R"("max_ack_pending":1)");
  Store({"a", "b"});
  Mailbox& pull = Pull(kWatched);
  ASSERT_TRUE(Until([&] { return pull.Ends() == "408 Request Timeout"; }));
  EXPECT_THAT(pull.Bodies(), ElementsAre("a"));
  EXPECT_GE(pull.Heartbeats(), 2);
  EXPECT_EQ(pull.frames.back().Header("Nats-Pending-Messages"), "1");
}

TEST_P(PullTurns, HearItWhilePaused) {
  MakeWork();
  if (!Has(Difference::kPause)) {
    Mailbox& answer = Listen();
    Send("$JS.API.CONSUMER.PAUSE.work.w", "{}", answer.address);
    Elapse(absl::Milliseconds(100));
    EXPECT_THAT(answer.Bodies(), IsEmpty());
    return;
  }
  const auto paused =
      Api("CONSUMER.PAUSE.work.w", R"({"pause_until":"2999-01-01T00:00:00Z"})");
  EXPECT_EQ(ErrorOf(paused), "");
  EXPECT_TRUE(paused.at("paused").as_bool());
  Store({"a"});
  Mailbox& pull = Pull(kWatched);
  ASSERT_TRUE(Until([&] { return pull.Ends() == "408 Request Timeout"; }));
  EXPECT_THAT(pull.Bodies(), IsEmpty());
  EXPECT_GE(pull.Heartbeats(), 2);
  EXPECT_EQ(ErrorOf(Api("CONSUMER.PAUSE.work.w", "{}")), "");
  Mailbox& next = Pull(kTwo);
  EXPECT_TRUE(Until([&] { return next.Bodies().size() == 1; }));
}

// A message ends the silence: the next heartbeat is a whole interval away.
TEST_P(PullTurns, CountHeartbeatsFromTheLastMessage) {
  MakeWork();
  Mailbox& pull =
      Pull(R"({"batch":9,"expires":5000000000,"idle_heartbeat":400000000})");
  AwaitPulls(1);
  Elapse(absl::Milliseconds(200));
  const absl::Time before = Listen().opened;
  Store({"a"});
  ASSERT_TRUE(Until([&] {
    return !pull.Bodies().empty() && !pull.frames.back().IsDelivery();
  }));
  EXPECT_GE(pull.frames.back().time - before, absl::Milliseconds(400));
}

}  // namespace
}  // namespace walnats::contract
