#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/jetstream_model/consumer_fixture.h"

namespace walnats::testing::model {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ConsumerPullTest : public ConsumerFixture {};
class ConsumerPullOldTest : public OldConsumerFixture {};

TEST_F(ConsumerPullTest, DeliversABatchWithWhatIsBehindIt) {
  StoreMany(3);
  Start();
  Pull({.batch = 2});
  EXPECT_THAT(Out(), ElementsAre("in: 1 x1 +2", "in: 2 x1 +1"));
  EXPECT_EQ(Info().waiting, 0);
  EXPECT_EQ(Info().pending, 1);
  EXPECT_EQ(Info().ack_pending, 2);
}

TEST_F(ConsumerPullTest, WaitsForMessages) {
  Start();
  Pull({.batch = 2, .expires = absl::Seconds(5)});
  EXPECT_THAT(Out(), IsEmpty());
  Store("s");
  EXPECT_THAT(Out(), ElementsAre("in: 1 x1 +0"));
  EXPECT_EQ(Info().waiting, 1);
}

TEST_F(ConsumerPullTest, OverlappingPullsTakeTurnsMessageByMessage) {
  Start();
  Pull({.batch = 2}, "a");
  Pull({.batch = 3}, "b");
  StoreMany(5);
  EXPECT_THAT(Out(), ElementsAre("a: 1 x1 +0", "b: 2 x1 +0", "a: 3 x1 +0",
                                 "b: 4 x1 +0", "b: 5 x1 +0"));
}

TEST_F(ConsumerPullTest, EndsAtItsExpiryWithWhatIsLeft) {
  Start();
  Pull({.batch = 3, .expires = absl::Seconds(5), .max_bytes = 1000});
  Store("s");
  Out();
  Elapse(absl::Seconds(5) - absl::Nanoseconds(1));
  EXPECT_THAT(Out(), IsEmpty());
  Elapse(absl::Nanoseconds(1));
  // "s", "$JS.ACK.S.c.1.1.1.<19 digits>.0" and "x".
  EXPECT_THAT(Out(), ElementsAre("in: 408 Request Timeout 2/959"));
  EXPECT_EQ(Info().waiting, 0);
}

TEST_F(ConsumerPullTest, HeartbeatsRunFromTheLastMessage) {
  Start();
  Pull({.batch = 9,
        .expires = absl::Seconds(10),
        .heartbeat = absl::Seconds(2)});
  Elapse(absl::Seconds(1));
  Store("s");
  Out();
  Elapse(absl::Seconds(2) - absl::Nanoseconds(1));
  EXPECT_THAT(Out(), IsEmpty());
  Elapse(absl::Nanoseconds(1));
  EXPECT_THAT(Out(), ElementsAre("in: 100 Idle Heartbeat"));
  Elapse(absl::Seconds(20));
  EXPECT_THAT(
      Out(),
      ElementsAre("in: 100 Idle Heartbeat", "in: 100 Idle Heartbeat",
                  "in: 100 Idle Heartbeat", "in: 408 Request Timeout 8/0"));
}

TEST_F(ConsumerPullTest, HeartbeatsGoOnWhileNothingMayBeDelivered) {
  StoreMany(2);
  Start({.max_ack_pending = 1});
  Pull({.batch = 9,
        .expires = absl::Seconds(10),
        .heartbeat = absl::Seconds(2)});
  EXPECT_THAT(Out(), ElementsAre("in: 1 x1 +1"));
  Elapse(absl::Seconds(2));
  EXPECT_THAT(Out(), ElementsAre("in: 100 Idle Heartbeat"));
  consumer().Pause(now_ + absl::Seconds(9), now_);
  Out();
  Elapse(absl::Seconds(2));
  EXPECT_THAT(Out(), ElementsAre("in: 100 Idle Heartbeat"));
}

TEST_F(ConsumerPullTest, RefusesHeartbeatsAboveHalfOfItsExpiry) {
  Start();
  Pull({.expires = absl::Seconds(1), .heartbeat = absl::Milliseconds(501)});
  Pull({.heartbeat = absl::Seconds(1)});
  const char kTooLarge[] = "in: 400 Bad Request - heartbeat value too large";
  EXPECT_THAT(Out(), ElementsAre(kTooLarge, kTooLarge));
  EXPECT_EQ(Info().waiting, 0);
}

TEST_F(ConsumerPullTest, NoWaitOfNothingEndsAtOnce) {
  Start();
  Pull({.no_wait = true});
  EXPECT_THAT(Out(), ElementsAre("in: 404 No Messages"));
}

TEST_F(ConsumerPullTest, NoWaitThatExpiresWaitsForItsFirstMessages) {
  Start();
  Pull({.batch = 5, .expires = absl::Seconds(1), .no_wait = true}, "a");
  Pull({.batch = 5, .expires = absl::Seconds(1), .no_wait = true}, "b");
  EXPECT_THAT(Out(), IsEmpty());
  Store("s");
  EXPECT_THAT(Out(), ElementsAre("a: 1 x1 +0", "a: 404 No Messages"));
  Elapse(absl::Seconds(1));
  EXPECT_THAT(Out(), ElementsAre("b: 408 Request Timeout 5/0"));
}

TEST_F(ConsumerPullTest, NoWaitTakesWhatIsThere) {
  StoreMany(1);
  Start();
  Pull({.batch = 5, .no_wait = true});
  EXPECT_THAT(Out(), ElementsAre("in: 1 x1 +0", "in: 404 No Messages"));
}

TEST_F(ConsumerPullOldTest, NoWaitEndsWithATimeout) {
  StoreMany(1);
  Start();
  Pull({.batch = 5, .no_wait = true});
  EXPECT_THAT(Out(), ElementsAre("in: 1 x1 +0", "in: 408 Request Timeout 4/0"));
}

TEST_F(ConsumerPullTest, NoWaitBehindPullsThatWantItAllEndsAtOnce) {
  StoreMany(2);
  Start({.max_ack_pending = 1});
  Pull({.batch = 5}, "a");
  Pull({.batch = 1, .no_wait = true}, "b");
  EXPECT_THAT(Out(), ElementsAre("a: 1 x1 +1", "b: 408 Requests Pending"));
}

TEST_F(ConsumerPullTest, NoWaitIsKeptWhileMaxAckPendingBlocks) {
  StoreMany(2);
  Start({.max_ack_pending = 1});
  Pull({.batch = 2, .no_wait = true});
  EXPECT_THAT(Out(), ElementsAre("in: 1 x1 +1"));
  Ack(1);
  EXPECT_THAT(Out(), ElementsAre("in: 2 x1 +0"));
}

TEST_F(ConsumerPullTest, EndsBeforeAMessageThatIsTooLarge) {
  Start();
  Pull({.batch = 5, .max_bytes = 100}, "a");
  Pull({.batch = 5, .max_bytes = 500}, "b");
  Store("s", std::string(200, 'x'));
  EXPECT_THAT(Out(), ElementsAre("a: 409 Message Size Exceeds MaxBytes 5/100",
                                 "b: 1 x1 +0"));
  EXPECT_EQ(Info().waiting, 1);
}

TEST_F(ConsumerPullTest, AMessageThatNoPullHasRoomForIsDeliveredLater) {
  Start();
  Pull({.max_bytes = 10});
  Store("s");
  EXPECT_THAT(Out(), ElementsAre("in: 409 Message Size Exceeds MaxBytes 1/10"));
  EXPECT_EQ(Info().pending, 1);
  EXPECT_EQ(Info().ack_pending, 0);
  Pull({});
  EXPECT_THAT(Out(), ElementsAre("in: 1 x1 +0"));
}

TEST_F(ConsumerPullTest, ARedeliveryThatNoPullHasRoomForIsNotCounted) {
  StoreMany(2);
  Start();
  Pull({.batch = 2});
  Nak(1);
  Nak(2);
  Out();
  Pull({.max_bytes = 10});
  EXPECT_THAT(Out(), ElementsAre("in: 409 Message Size Exceeds MaxBytes 1/10"));
  Pull({.batch = 2});
  EXPECT_THAT(Out(), ElementsAre("in: 2 x2 +0", "in: 1 x2 +0"));
}

TEST_F(ConsumerPullTest, AFilledBatchTellsOfBytesToSpare) {
  StoreMany(1);
  Start();
  Pull({.batch = 1, .max_bytes = 100});
  EXPECT_THAT(Out(),
              ElementsAre("in: 1 x1 +0", "in: 409 Batch Completed 0/59"));
}

TEST_F(ConsumerPullOldTest, AFilledBatchIsSilent) {
  StoreMany(1);
  Start();
  Pull({.batch = 1, .max_bytes = 100});
  EXPECT_THAT(Out(), ElementsAre("in: 1 x1 +0"));
}

TEST_F(ConsumerPullTest, OnlySoManyWait) {
  Start();
  for (int i = 0; i < 512; ++i) Pull({});
  EXPECT_THAT(Out(), IsEmpty());
  Pull({}, "late");
  EXPECT_THAT(Out(), ElementsAre("late: 409 Exceeded MaxWaiting"));
  Pull({.expires = absl::Seconds(9), .heartbeat = absl::Seconds(1)}, "late");
  EXPECT_THAT(Out(), IsEmpty());
  EXPECT_EQ(Info().waiting, 512);
}

TEST_F(ConsumerPullTest, LimitsOfTheConfigHold) {
  Start({.max_batch = 10, .max_bytes = 1000, .max_expires = absl::Minutes(1)});
  Pull({.batch = 11});
  Pull({.expires = absl::Seconds(61)});
  Pull({.max_bytes = 1001});
  EXPECT_THAT(Out(),
              ElementsAre("in: 409 Exceeded MaxRequestBatch of 10",
                          "in: 409 Exceeded MaxRequestExpires of 1m0s",
                          "in: 409 Exceeded MaxRequestMaxBytes of 1000"));
  Pull({.batch = 10, .expires = absl::Minutes(1), .max_bytes = 1000});
  EXPECT_THAT(Out(), IsEmpty());
}

TEST_F(ConsumerPullTest, EndsSilentlyWithItsInterest) {
  Start();
  Pull({}, "in.1", 1);
  Pull({}, "in.2", 1);
  Pull({}, "in.1", 2);
  consumer().DropInterest(1, "in.1");
  EXPECT_EQ(Info().waiting, 2);
  consumer().DropInterest(1, ">");
  EXPECT_EQ(Info().waiting, 1);
  Store("s");
  EXPECT_THAT(Out(), ElementsAre("in.1: 1 x1 +0"));
}

TEST_F(ConsumerPullTest, EndsWithTheConsumer) {
  Start();
  Pull({.batch = 5, .max_bytes = 1000});
  consumer().EndPulls(409, "Consumer Deleted");
  Pull({.batch = 5, .max_bytes = 1000});
  consumer().EndPulls(409, "Server Shutdown", /*counted=*/true);
  EXPECT_THAT(Out(), ElementsAre("in: 409 Consumer Deleted",
                                 "in: 409 Server Shutdown 5/1000"));
  EXPECT_EQ(consumer().next(), absl::InfiniteFuture());
}

}  // namespace
}  // namespace walnats::testing::model
