#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/jetstream_model/consumer_fixture.h"

namespace walnats::testing::model {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using transport::AckPolicy;

class ConsumerSettleTest : public ConsumerFixture {};
class ConsumerSettleOldTest : public OldConsumerFixture {};

TEST_F(ConsumerSettleTest, TheFloorWaitsForWhatIsPendingBelow) {
  StoreMany(4);
  Start();
  Pull({.batch = 4});
  Out();
  Ack(3);
  EXPECT_EQ(Info().ack_floor_stream_sequence, 0);
  Ack(2);
  EXPECT_EQ(Info().ack_floor_stream_sequence, 0);
  Ack(1);
  EXPECT_EQ(Info().ack_floor_stream_sequence, 3);
  Ack(4);
  EXPECT_EQ(Info().ack_floor_stream_sequence, 4);
  EXPECT_EQ(Info().ack_pending, 0);
  EXPECT_THAT(Settled(), ElementsAre(3, 2, 1, 4));
}

TEST_F(ConsumerSettleTest, ShowsNothingThatAFilterSkips) {
  Start({.filter_subjects = {"s"}});
  Pull({.batch = 9});
  StoreMany(2);
  Store("other");
  EXPECT_EQ(Info().delivered_stream_sequence, 2);
  Ack(1);
  Ack(2);
  EXPECT_EQ(Info().ack_floor_stream_sequence, 2);
}

TEST_F(ConsumerSettleOldTest, ShowsWhatAFilterSkips) {
  Start({.filter_subjects = {"s"}});
  Pull({.batch = 9});
  StoreMany(2);
  Store("other");
  EXPECT_EQ(Info().delivered_stream_sequence, 3);
  Ack(1);
  Ack(2);
  EXPECT_EQ(Info().ack_floor_stream_sequence, 3);
}

TEST_F(ConsumerSettleTest, AnAckOfTheFirstDeliveryAcksTheThird) {
  StoreMany(1);
  Start({.ack_wait = absl::Seconds(1)});
  for (int i = 0; i < 3; ++i) {
    Pull({});
    Elapse(absl::Seconds(1));
  }
  EXPECT_THAT(Out(), ElementsAre("in: 1 x1 +0", "in: 1 x2 +0", "in: 1 x3 +0"));
  Ack(1, /*delivered=*/1);
  EXPECT_EQ(Info().ack_pending, 0);
  EXPECT_EQ(Info().redelivered, 0);
  EXPECT_EQ(Info().ack_floor_stream_sequence, 1);
  Pull({});
  EXPECT_THAT(Out(), IsEmpty());
}

TEST_F(ConsumerSettleTest, ASecondAckChangesNothing) {
  StoreMany(2);
  Start();
  Pull({.batch = 2});
  Out();
  Ack(1);
  Ack(1);
  EXPECT_THAT(Settled(), ElementsAre(1));
  Nak(1);
  Settle(1, InProgress{});
  EXPECT_THAT(Out(), IsEmpty());
  EXPECT_EQ(Info().ack_pending, 1);
}

TEST_F(ConsumerSettleTest, NaksQueueInTheirOrder) {
  StoreMany(3);
  Start();
  Pull({.batch = 3});
  Out();
  Nak(3);
  Nak(1);
  Nak(3);
  EXPECT_THAT(Out(), ElementsAre("MSG_NAKED", "MSG_NAKED", "MSG_NAKED"));
  Store("s");
  Pull({.batch = 3});
  EXPECT_THAT(Out(), ElementsAre("in: 3 x2 +1", "in: 1 x2 +1", "in: 4 x1 +0"));
  EXPECT_EQ(Info().redelivered, 2);
}

TEST_F(ConsumerSettleTest, ADelayedNakHoldsItsSlot) {
  StoreMany(2);
  Start({.max_ack_pending = 1});
  Pull({.batch = 9});
  Out();
  Nak(1, absl::Seconds(1));
  Out();
  Elapse(absl::Seconds(1) - absl::Nanoseconds(1));
  EXPECT_THAT(Out(), IsEmpty());
  Elapse(absl::Nanoseconds(1));
  EXPECT_THAT(Out(), ElementsAre("in: 1 x2 +1"));
  Ack(1);
  EXPECT_THAT(Out(), ElementsAre("in: 2 x1 +0"));
}

TEST_F(ConsumerSettleTest, ADelayOverridesAckWaitBothWays) {
  StoreMany(2);
  Start({.ack_wait = absl::Seconds(10)});
  Pull({.batch = 9});
  Nak(1, absl::Seconds(30));
  Nak(2, absl::Seconds(1));
  Out();
  Elapse(absl::Seconds(1));
  EXPECT_THAT(Out(), ElementsAre("in: 2 x2 +0"));
  Ack(2);
  Elapse(absl::Seconds(28));
  EXPECT_THAT(Out(), IsEmpty());
  Elapse(absl::Seconds(1));
  EXPECT_THAT(Out(), ElementsAre("in: 1 x2 +0"));
}

TEST_F(ConsumerSettleTest, ADelayTakesOutOfTheQueue) {
  StoreMany(1);
  Start();
  Pull({});
  Nak(1);
  Nak(1, absl::Seconds(1));
  Out();
  Pull({});
  EXPECT_THAT(Out(), IsEmpty());
  Elapse(absl::Seconds(1));
  EXPECT_THAT(Out(), ElementsAre("in: 1 x2 +0"));
}

TEST_F(ConsumerSettleTest, ProgressOnAnOldDeliveryRestartsAckWait) {
  StoreMany(1);
  Start({.ack_wait = absl::Seconds(10)});
  Pull({.batch = 9});
  Elapse(absl::Seconds(10));
  Out();
  Elapse(absl::Seconds(9));
  Settle(1, InProgress{}, /*delivered=*/1);
  Elapse(absl::Seconds(9));
  EXPECT_THAT(Out(), IsEmpty());
  Elapse(absl::Seconds(1));
  EXPECT_THAT(Out(), ElementsAre("in: 1 x3 +0"));
}

TEST_F(ConsumerSettleTest, TermSettlesAndSaysWhy) {
  StoreMany(1);
  Start();
  Pull({});
  Settle(1, transport::Term{"bad \"x\""});
  EXPECT_THAT(Out(), ElementsAre("in: 1 x1 +0", "MSG_TERMINATED"));
  EXPECT_EQ(Info().ack_pending, 0);
  EXPECT_THAT(Settled(), ElementsAre(1));
  EXPECT_EQ(
      advisories().back(),
      R"({"type":"io.nats.jetstream.advisory.v1.terminated","id":"S.c.1",)"
      R"("timestamp":"2023-11-14T22:13:20Z","stream":"S","consumer":"c",)"
      R"("consumer_seq":1,"stream_seq":1,"deliveries":1,)"
      R"("reason":"bad \"x\""})");
}

TEST_F(ConsumerSettleOldTest, TermWithAReasonIsIgnored) {
  StoreMany(1);
  Start();
  Pull({});
  Settle(1, transport::Term{"bad"});
  EXPECT_EQ(Info().ack_pending, 1);
  EXPECT_THAT(Settled(), IsEmpty());
  Settle(1, transport::Term{});
  EXPECT_EQ(Info().ack_pending, 0);
  EXPECT_THAT(Out(), ElementsAre("in: 1 x1 +0", "MSG_TERMINATED"));
}

TEST_F(ConsumerSettleTest, AckAllIsCumulative) {
  StoreMany(6);
  Start({.ack = AckPolicy::kAll});
  Pull({.batch = 5});
  Nak(1);
  Ack(3);
  EXPECT_THAT(Settled(), ElementsAre(1, 2, 3));
  EXPECT_EQ(Info().ack_pending, 2);
  Ack(2);
  EXPECT_THAT(Settled(), IsEmpty());
  Nak(4, absl::Seconds(1));
  Settle(5, transport::Term{});
  EXPECT_THAT(Settled(), ElementsAre(4, 5));
  EXPECT_EQ(Info().ack_floor_stream_sequence, 5);
  Out();
  Elapse(absl::Minutes(5));
  Pull({.batch = 5});
  EXPECT_THAT(Out(), ElementsAre("in: 6 x1 +0"));
}

TEST_F(ConsumerSettleTest, AckNoneSettlesByDelivery) {
  StoreMany(3);
  Start({.ack = AckPolicy::kNone, .max_ack_pending = 1});
  Pull({.batch = 2});
  EXPECT_THAT(Out(), ElementsAre("in: 1 x1 +2", "in: 2 x1 +1"));
  EXPECT_EQ(Info().ack_floor_stream_sequence, 2);
  EXPECT_EQ(Info().ack_pending, 0);
  EXPECT_THAT(consumer().TakeSettled(), ElementsAre(1, 2));
  EXPECT_THAT(consumer().TakeSettled(), IsEmpty());
}

TEST_F(ConsumerSettleTest, NeedsWhatIsNotSettled) {
  StoreMany(3);
  Start({.filter_subjects = {"s"}});
  Pull({.batch = 2});
  Out();
  Ack(2);
  EXPECT_TRUE(consumer().Needs(1, "s"));
  EXPECT_FALSE(consumer().Needs(2, "s"));
  EXPECT_TRUE(consumer().Needs(3, "s"));
  EXPECT_FALSE(consumer().Needs(3, "other"));
}

class ConsumerExhaustionTest : public ConsumerFixture {};
class ConsumerExhaustionOldTest : public OldConsumerFixture {};

TEST_F(ConsumerExhaustionTest, IsNoticedWhileSomebodyPulls) {
  StoreMany(2);
  Start({.ack_wait = absl::Seconds(1), .max_deliver = 2});
  Pull({});
  Elapse(absl::Seconds(1));
  Pull({});
  Elapse(absl::Seconds(9));
  EXPECT_THAT(Out(), ElementsAre("in: 1 x1 +1", "in: 1 x2 +1"));
  EXPECT_EQ(Info().ack_pending, 1);
  Pull({});
  EXPECT_THAT(Out(), ElementsAre("MAX_DELIVERIES", "in: 2 x1 +0"));
  EXPECT_THAT(advisories().back(),
              HasSubstr(R"("stream_seq":1,"deliveries":2)"));
  EXPECT_EQ(Info().ack_pending, 1);
  EXPECT_EQ(Info().ack_floor_stream_sequence, 0);
  EXPECT_TRUE(consumer().Needs(1, "s"));
  // A late ack still settles it for retention by interest.
  Ack(1);
  EXPECT_FALSE(consumer().Needs(1, "s"));
  EXPECT_THAT(Settled(), ElementsAre(1));
}

TEST_F(ConsumerExhaustionTest, OfOneDeliveryNeedsNoPull) {
  StoreMany(1);
  Start({.ack_wait = absl::Seconds(1), .max_deliver = 1});
  Pull({});
  Elapse(absl::Seconds(1));
  EXPECT_THAT(Out(), ElementsAre("in: 1 x1 +0", "MAX_DELIVERIES"));
  EXPECT_EQ(Info().ack_pending, 0);
  EXPECT_EQ(Info().redelivered, 0);
  EXPECT_EQ(consumer().next(), absl::InfiniteFuture());
}

TEST_F(ConsumerExhaustionOldTest, OfOneDeliveryNeedsAPull) {
  StoreMany(1);
  Start({.ack_wait = absl::Seconds(1), .max_deliver = 1});
  Pull({});
  Elapse(absl::Seconds(9));
  EXPECT_THAT(Out(), ElementsAre("in: 1 x1 +0"));
  EXPECT_EQ(Info().ack_pending, 1);
  Pull({});
  EXPECT_THAT(Out(), ElementsAre("MAX_DELIVERIES"));
  EXPECT_EQ(Info().redelivered, 1);
  EXPECT_EQ(Info().ack_floor_stream_sequence, 0);
  EXPECT_FALSE(consumer().Needs(1, "s"));
}

TEST_F(ConsumerExhaustionTest, AfterALowerLimitIsTold) {
  StoreMany(1);
  Start({.ack_wait = absl::Seconds(1)});
  Pull({.batch = 3});
  Elapse(absl::Seconds(2));
  transport::ConsumerConfig config = consumer().config();
  config.max_deliver = 2;
  ASSERT_TRUE(consumer().Update(config, now_).ok());
  Out();
  Elapse(absl::Seconds(1));
  EXPECT_THAT(Out(), ElementsAre("MAX_DELIVERIES"));
  EXPECT_THAT(advisories().back(), HasSubstr(R"("deliveries":3)"));
}

TEST_F(ConsumerExhaustionOldTest, AfterALowerLimitIsSilent) {
  StoreMany(1);
  Start({.ack_wait = absl::Seconds(1)});
  Pull({.batch = 4});
  Elapse(absl::Seconds(2));
  transport::ConsumerConfig config = consumer().config();
  config.max_deliver = 2;
  ASSERT_TRUE(consumer().Update(config, now_).ok());
  Out();
  Elapse(absl::Seconds(1));
  EXPECT_THAT(Out(), IsEmpty());
  EXPECT_EQ(Info().ack_pending, 0);
}

class ConsumerExhaustionFloorTest : public ConsumerFixture {
 protected:
  ConsumerExhaustionFloorTest() : ConsumerFixture({2, 10, 27}) {}
};

TEST_F(ConsumerExhaustionFloorTest, IsPassedByTheFloorOfThatRelease) {
  StoreMany(1);
  Start({.ack_wait = absl::Seconds(1), .max_deliver = 2});
  Pull({.batch = 3});
  Elapse(absl::Seconds(2));
  EXPECT_THAT(Out(),
              ElementsAre("in: 1 x1 +0", "in: 1 x2 +0", "MAX_DELIVERIES"));
  EXPECT_EQ(Info().ack_floor_stream_sequence, 1);
}

}  // namespace
}  // namespace walnats::testing::model
