#include "walnats/services/stream_watch.h"

#include "tests/services/watched_fixture.h"

namespace walnats::internal {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using testing::Fail;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kGetStream[] = "get stream shop-order";

class StreamWatchTest : public WatchedFixture {
 protected:
  StreamWatchTest() {
    stream().last_sequence = 100;
    streams_.Begin();
    clock_.Poll();
    server_.calls.clear();
  }
  bool in_doubt() const { return runner_.closed(Gate::kUnverified); }
  void Deliver(uint64_t sequence) {
    server_.flow().Deliver({.body = Cat("m", sequence), .sequence = sequence});
    server_.flow().Idle();
    clock_.Poll();
  }
  void MakeStreamAgain() { stream().created += absl::Seconds(1); }
};

TEST_F(StreamWatchTest, AsksOncePerIntervalAndSaysNothingWhileAllIsWell) {
  clock_.Advance(absl::Seconds(35));
  EXPECT_THAT(server_.calls, AllOf(SizeIs(3), Each(kGetStream)));
  EXPECT_THAT(told_->lines, IsEmpty());
  EXPECT_FALSE(in_doubt());
}

// Since it was registered it may have become another one.
TEST_F(WatchedFixture, StartsNothingBeforeItHasAskedOnce) {
  server_.latency = absl::Seconds(1);
  streams_.Begin();
  server_.flow().Deliver({.body = "m1", .sequence = 1});
  server_.flow().Idle();
  clock_.Poll();
  EXPECT_THAT(handled_, IsEmpty());
  EXPECT_THAT(server_.calls, ElementsAre(kGetStream));
  clock_.Advance(absl::Seconds(1));
  EXPECT_THAT(handled_, ElementsAre("m1"));
}

TEST_F(WatchedFixture, HandlesNothingOfAStreamMadeAgainDuringTheStart) {
  stream().created += absl::Seconds(1);
  streams_.Begin();
  server_.flow().Deliver({.body = "m1", .sequence = 1});
  server_.flow().Idle();
  clock_.Advance(absl::Minutes(1));
  EXPECT_THAT(handled_, IsEmpty());
  EXPECT_THAT(told_->lines, ElementsAre("stream made again begins"));
}

TEST_F(StreamWatchTest, ReportsAStreamThatDiffersUntilItDoesNot) {
  const transport::StreamConfig declared = stream().config;
  stream().config.max_messages = 5;
  clock_.Advance(absl::Seconds(25));
  EXPECT_THAT(told_->lines, ElementsAre("configuration differs begins"));
  EXPECT_EQ(told_->details[0], "max_msgs is 5, declared unlimited");
  stream().config = declared;
  clock_.Advance(absl::Seconds(10));
  EXPECT_THAT(told_->lines, ElementsAre("configuration differs begins",
                                        "configuration differs ends"));
  EXPECT_THAT(server_.calls, Each(kGetStream)) << "it only reports";
}

TEST_F(StreamWatchTest, ReportsAcknowledgedDataThatIsGoneForGood) {
  stream().last_sequence = 10;
  acknowledged_ = 10;
  clock_.Advance(absl::Seconds(10));
  EXPECT_THAT(told_->lines, IsEmpty());
  stream().last_sequence = 8;
  clock_.Advance(absl::Seconds(10));
  stream().last_sequence = 20;
  clock_.Advance(absl::Seconds(30));
  EXPECT_THAT(told_->lines, ElementsAre("data lost begins"));
  EXPECT_THAT(told_->details[0], HasSubstr("ends at sequence 8"));
  EXPECT_FALSE(in_doubt());
}

TEST_F(StreamWatchTest, GivesTheNewLeaderOfReplicasTimeToCatchUp) {
  stream().config.replicas = 3;
  stream().last_sequence = 8;
  acknowledged_ = 10;
  server_.after = [this](std::string_view) {
    stream().last_sequence = 10;
    return absl::OkStatus();
  };
  clock_.Advance(absl::Seconds(15));
  EXPECT_THAT(server_.calls, SizeIs(2)) << "a second look after a second";
  EXPECT_THAT(told_->lines, ElementsAre("configuration differs begins"))
      << "the replicas only";
}

TEST_F(StreamWatchTest, WaitsForAMissingStream) {
  server_.before = Fail(kGetStream, absl::NotFoundError("no stream"), 3);
  clock_.Advance(absl::Seconds(10));
  EXPECT_THAT(told_->lines, ElementsAre("stream missing begins"));
  EXPECT_TRUE(in_doubt());
  EXPECT_EQ(server_.flow().wanted(), 0);
  // Asked again after 100 ms, 200 ms, 400 ms.
  clock_.Advance(absl::Milliseconds(699));
  EXPECT_TRUE(in_doubt());
  clock_.Advance(absl::Milliseconds(1));
  EXPECT_THAT(told_->lines,
              ElementsAre("stream missing begins", "stream missing ends"));
  EXPECT_FALSE(in_doubt());
}

TEST_F(StreamWatchTest, AStreamThatComesBackAsAnotherIsLeftToPeople) {
  server_.before = Fail(kGetStream, absl::NotFoundError("no stream"), 1);
  clock_.Advance(absl::Seconds(10));
  MakeStreamAgain();
  clock_.Advance(absl::Minutes(1));
  EXPECT_THAT(told_->lines,
              ElementsAre("stream missing begins", "stream missing ends",
                          "stream made again begins"));
  EXPECT_TRUE(in_doubt());
  EXPECT_THAT(server_.calls, SizeIs(2)) << "nothing more to ask";
  EXPECT_THAT(problem(), HasSubstr("restart the service"));
}

TEST_F(StreamWatchTest, StartsNothingAfterAReconnectBeforeItIsSure) {
  server_.latency = absl::Seconds(1);
  streams_.OnDown();
  EXPECT_TRUE(in_doubt());
  streams_.OnUp();
  Deliver(1);
  EXPECT_THAT(handled_, IsEmpty());
  clock_.Advance(absl::Seconds(1));
  EXPECT_THAT(handled_, ElementsAre("m1"));
  EXPECT_THAT(server_.calls, ElementsAre(kGetStream, "ack 1"));
}

TEST_F(StreamWatchTest, HandlesNothingThatAnotherStreamSentAfterAReconnect) {
  server_.latency = absl::Seconds(1);
  streams_.OnDown();
  MakeStreamAgain();
  streams_.OnUp();
  Deliver(1);
  Deliver(2);
  clock_.Advance(absl::Minutes(1));
  EXPECT_THAT(handled_, IsEmpty());
  EXPECT_THAT(server_.settlements, IsEmpty()) << "left to whoever knows it";
  EXPECT_THAT(told_->lines, ElementsAre("stream made again begins"));
  EXPECT_EQ(runner_.Health().waiting, 0);
  EXPECT_TRUE(runner_.idle());
}

TEST_F(StreamWatchTest, ADeliveryThatGoesBackIsHeldUntilTheStreamIsSure) {
  server_.latency = absl::Seconds(1);
  Deliver(5);
  Deliver(3);
  EXPECT_TRUE(in_doubt());
  Deliver(4);
  EXPECT_THAT(handled_, ElementsAre("m5"));
  clock_.Advance(absl::Seconds(1));
  EXPECT_THAT(handled_, ElementsAre("m5", "m3", "m4"));
  EXPECT_THAT(told_->lines, IsEmpty());
}

TEST_F(StreamWatchTest, HandlesNothingOfAnotherStreamThatBeginsAnew) {
  server_.latency = absl::Seconds(1);
  Deliver(5);
  MakeStreamAgain();
  Deliver(1);
  Deliver(2);
  clock_.Advance(absl::Seconds(1));
  EXPECT_THAT(handled_, ElementsAre("m5"));
  EXPECT_THAT(server_.settlements, SizeIs(1));
  EXPECT_FALSE(server_.flow().open());
}

TEST_F(StreamWatchTest, AnAnswerFromBeforeTheDoubtSettlesNothing) {
  server_.latency = absl::Seconds(1);
  Deliver(5);
  clock_.Advance(absl::Seconds(10));  // the question is on its way
  Deliver(1);
  clock_.Advance(absl::Seconds(1));
  EXPECT_TRUE(in_doubt());
  clock_.Advance(absl::Seconds(1));
  EXPECT_FALSE(in_doubt());
  EXPECT_THAT(handled_, ElementsAre("m5", "m1"));
}

TEST_F(StreamWatchTest, IsInDoubtWhileAStalledActorMayBeServedByAnother) {
  server_.latency = absl::Seconds(1);
  server_.flow().Tell(transport::FlowEvent::kStalled, "no heartbeat");
  EXPECT_TRUE(in_doubt());
  clock_.Advance(absl::Seconds(1));
  EXPECT_FALSE(in_doubt());
}

// It was deleted while no pull was with the server, and may be there again for
// the next one.
TEST_F(StreamWatchTest, IsInDoubtWhenNobodyTookAPull) {
  server_.latency = absl::Seconds(1);
  server_.flow().Unanswered();
  MakeStreamAgain();
  Deliver(1);
  EXPECT_TRUE(in_doubt());
  clock_.Advance(absl::Minutes(1));
  EXPECT_THAT(handled_, IsEmpty());
  EXPECT_THAT(told_->lines, ElementsAre("stream made again begins"));
}

TEST_F(StreamWatchTest, AnAnswerThatComesDuringTheDrainCounts) {
  server_.latency = absl::Seconds(1);
  streams_.Doubt(runner_);
  Deliver(1);
  MakeStreamAgain();
  streams_.Stop();
  clock_.Advance(absl::Seconds(1));
  EXPECT_TRUE(runner_.given_up());
  EXPECT_TRUE(runner_.idle()) << "nothing is left to be handed back";
  EXPECT_TRUE(streams_.idle());
}

TEST_F(StreamWatchTest, EndsSoonAfterStop) {
  server_.before = Fail(kGetStream, absl::UnavailableError("down"));
  streams_.OnDown();
  streams_.OnUp();
  clock_.Advance(absl::Seconds(1));
  streams_.Stop();
  server_.calls.clear();
  clock_.Advance(absl::Minutes(1));
  EXPECT_THAT(server_.calls, IsEmpty());
  EXPECT_TRUE(streams_.idle());
}

}  // namespace
}  // namespace walnats::internal
