#include "walnats/services/recovery.h"

#include "tests/services/watched_fixture.h"

namespace walnats::internal {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using testing::Fail;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using transport::DeliverPolicy;

using RecoveryTest = WatchedFixture;

TEST_F(RecoveryTest, MakesTheConsumerAgainAfterItsFloor) {
  Watch(7);
  DeleteConsumer();
  Miss();
  ASSERT_TRUE(consumer().has_value());
  EXPECT_EQ(consumer()->deliver, DeliverPolicy::kBySequence);
  EXPECT_EQ(consumer()->start_sequence, 8u);
  EXPECT_EQ(consumer()->filter_subjects, declared_.filter_subjects);
  EXPECT_EQ(server_.flow().restarts(), 1);
  EXPECT_EQ(problem(), "");
  EXPECT_TRUE(recovery_.idle());
  EXPECT_THAT(told_->lines,
              ElementsAre("consumer missing begins", "consumer missing ends"));
  EXPECT_EQ(told_->details[0],
            "it was deleted; made again to begin with message 8");
  EXPECT_FALSE(runner_.closed(Gate::kUnverified));
}

TEST_F(RecoveryTest, MakesItAsDeclaredWhereNothingWasAcked) {
  Watch(0);
  DeleteConsumer();
  Miss();
  ASSERT_TRUE(consumer().has_value());
  EXPECT_EQ(consumer()->deliver, DeliverPolicy::kAll);
  EXPECT_EQ(server_.flow().restarts(), 1);
}

TEST_F(RecoveryTest, TakesTheConsumerThatAnotherProcessMadeAgain) {
  Watch(7);
  Miss();
  EXPECT_THAT(server_.calls, ElementsAre("get stream shop-order",
                                         "get consumer shop-order/mailer"));
  EXPECT_EQ(server_.flow().restarts(), 1);
}

TEST_F(RecoveryTest, TakesTheConsumerThatAppearsAtTheSameMoment) {
  Watch(7);
  DeleteConsumer();
  server_.before = [this](std::string_view call) {
    if (call.starts_with("create")) {
      server_.PutConsumer("shop-order", declared_);
    }
    return absl::OkStatus();
  };
  Miss();
  EXPECT_EQ(server_.flow().restarts(), 0);
  clock_.Advance(absl::Milliseconds(100));
  EXPECT_EQ(server_.flow().restarts(), 1);
  EXPECT_EQ(problem(), "");
}

TEST_F(RecoveryTest, RecoversOneThingOnce) {
  server_.latency = absl::Seconds(1);
  Watch(7);
  DeleteConsumer();
  Miss();
  Miss();
  clock_.Advance(absl::Seconds(5));
  EXPECT_EQ(server_.flow().restarts(), 1);
  EXPECT_EQ(server_.calls.size(), 3u);
  DeleteConsumer();
  Miss();
  clock_.Advance(absl::Seconds(5));
  EXPECT_EQ(server_.flow().restarts(), 2);
}

TEST_F(RecoveryTest, LeavesAStreamOfAnotherIncarnationToPeople) {
  Watch(7);
  DeleteConsumer();
  server_.streams["shop-order"].created += absl::Seconds(1);
  Miss();
  clock_.Advance(absl::Minutes(1));
  EXPECT_THAT(problem(), AllOf(HasSubstr("stream \"shop-order\": deleted and "
                                         "made again"),
                               HasSubstr("restart the service")));
  EXPECT_THAT(told_->lines, ElementsAre("stream made again begins"));
  EXPECT_THAT(server_.calls, ElementsAre("get stream shop-order"));
  EXPECT_EQ(server_.flow().restarts(), 0);
  EXPECT_TRUE(recovery_.idle());
}

TEST_F(RecoveryTest, AsksForAMissingStreamUntilItIsThere) {
  Watch(7);
  server_.before =
      Fail("get stream shop-order", absl::NotFoundError("no stream"), 8);
  DeleteConsumer();
  Miss();
  EXPECT_EQ(problem(), "NOT_FOUND: no stream");
  // 100 ms, doubled up to 5 s: the ninth question comes after 16.3 s.
  clock_.Advance(absl::Seconds(16));
  EXPECT_THAT(server_.calls.size(), 8u);
  EXPECT_EQ(server_.flow().restarts(), 0);
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(server_.flow().restarts(), 1);
  EXPECT_EQ(problem(), "");
  EXPECT_THAT(told_->lines,
              ElementsAre("stream missing begins", "stream missing ends",
                          "consumer missing begins", "consumer missing ends"));
}

TEST_F(RecoveryTest, EndsSoonAfterStop) {
  Watch(7);
  server_.before =
      Fail("get stream shop-order", absl::UnavailableError("down"));
  DeleteConsumer();
  Miss();
  clock_.Advance(absl::Seconds(30));
  EXPECT_FALSE(recovery_.idle());
  recovery_.Stop();
  clock_.Advance(absl::Seconds(5));
  EXPECT_TRUE(recovery_.idle());
  server_.calls.clear();
  Miss();
  clock_.Advance(absl::Minutes(1));
  EXPECT_THAT(server_.calls, IsEmpty());
  EXPECT_TRUE(recovery_.idle());
}

TEST_F(RecoveryTest, RefreshesTheFloorWhileTheActorWorks) {
  Watch(7);
  clock_.Advance(absl::Minutes(1));
  EXPECT_THAT(server_.calls, IsEmpty()) << "nothing was handled";
  server_.flow().Deliver({.body = "x", .sequence = 41});
  server_.consumers.at({"shop-order", "mailer"}).ack_floor_stream_sequence = 41;
  clock_.Advance(absl::Seconds(10));
  EXPECT_THAT(server_.TakeCalls(),
              ElementsAre("ack 41", "get consumer shop-order/mailer"));
  clock_.Advance(absl::Minutes(1));
  EXPECT_THAT(server_.TakeCalls(), IsEmpty()) << "nothing more was handled";
  DeleteConsumer();
  Miss();
  ASSERT_TRUE(consumer().has_value());
  EXPECT_EQ(consumer()->start_sequence, 42u);
}

TEST_F(RecoveryTest, FindsOutThatAStalledActorHasNoConsumer) {
  Watch(7);
  server_.flow().Tell(transport::FlowEvent::kStalled, "no heartbeat");
  clock_.Advance(absl::Seconds(10));
  EXPECT_THAT(server_.TakeCalls(), ElementsAre("get stream shop-order",
                                               "get consumer shop-order/mailer",
                                               "get stream shop-order"));
  EXPECT_EQ(server_.flow().restarts(), 0) << "it is there";
  DeleteConsumer();
  clock_.Advance(absl::Seconds(10));
  ASSERT_TRUE(consumer().has_value());
  EXPECT_EQ(consumer()->start_sequence, 8u);
  EXPECT_EQ(server_.flow().restarts(), 1);
}

// It pulls nothing, and a resume needs the consumer.
TEST_F(RecoveryTest, FindsOutThatAPausedActorHasNoConsumer) {
  server_.info.features.api_level = 0;
  Watch(7);
  runner_.Pause(absl::InfiniteFuture());
  DeleteConsumer();
  clock_.Advance(absl::Seconds(10));
  ASSERT_TRUE(consumer().has_value());
  EXPECT_EQ(consumer()->start_sequence, 8u);
  EXPECT_TRUE(runner_.closed(Gate::kPaused));
}

TEST_F(RecoveryTest, APauseIsNewerThanAnAnswerToAnEarlierQuestion) {
  server_.info.features.api_level = 1;
  server_.latency = absl::Seconds(1);
  Watch(7);
  clock_.Advance(absl::Seconds(10.5));
  runner_.Pause(absl::InfiniteFuture());
  clock_.Advance(absl::Seconds(1));
  EXPECT_TRUE(runner_.closed(Gate::kPaused));
  clock_.Advance(absl::Seconds(11));
  EXPECT_FALSE(runner_.closed(Gate::kPaused)) << "somebody has resumed it";
}

TEST_F(RecoveryTest, LooksAtEveryConsumerAfterAReconnect) {
  Watch(7);
  recovery_.OnUp();
  clock_.Advance(absl::Minutes(1));
  EXPECT_THAT(server_.TakeCalls(),
              ElementsAre("get consumer shop-order/mailer"));
}

TEST_F(RecoveryTest, ReportsAConsumerThatDiffersUntilItDoesNot) {
  Watch(7);
  transport::ConsumerInfo& made =
      server_.consumers.at({"shop-order", "mailer"});
  made.config.ack_wait = absl::Seconds(3);
  recovery_.OnUp();
  clock_.Advance(absl::Minutes(1));
  made.config = declared_;
  recovery_.OnUp();
  clock_.Advance(absl::Minutes(1));
  EXPECT_THAT(told_->lines, ElementsAre("configuration differs begins",
                                        "configuration differs ends"));
  EXPECT_EQ(told_->details[0], "ack_wait is 3s, declared 30s");
}

TEST_F(RecoveryTest, AFloorThatCannotBeReadStays) {
  Watch(7);
  server_.flow().Deliver({.body = "x", .sequence = 41});
  server_.before =
      Fail("get consumer shop-order/mailer", absl::UnavailableError("down"), 2);
  clock_.Advance(absl::Seconds(25));
  // It is asked for again, for the floor is still unknown.
  clock_.Advance(absl::Seconds(10));
  EXPECT_EQ(server_.TakeCalls().size(), 1u + 3u);
  DeleteConsumer();
  Miss();
  ASSERT_TRUE(consumer().has_value());
  EXPECT_EQ(consumer()->start_sequence, 8u);
}

}  // namespace
}  // namespace walnats::internal
