// How a delivery is settled, and when it comes again.

#include <string>

#include "tests/contract/settling_fixture.h"
#include "walnats/transport/owned_message.h"

namespace walnats::contract {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using transport::ConsumerConfig;
using transport::Delivery;

// ---- ack

TEST_P(Settling, AnAckIsForGood) {
  Start(2);
  EXPECT_EQ(Consumer("s", "c").ack_pending, 2);
  Ack(deliveries_->Take(1));
  Ack(deliveries_->Take(2));
  ASSERT_TRUE(AllSettled());
  EXPECT_EQ(Consumer("s", "c").ack_floor_stream_sequence, 2U);
  Elapse(2 * kAckWait);
  EXPECT_THAT(deliveries_->all, IsEmpty());
  EXPECT_EQ(Stream("s").messages, 2U);
}

TEST_P(Settling, TheFloorWaitsForTheFirst) {
  Start(3, kNever);
  Ack(deliveries_->Take(3));
  Ack(deliveries_->Take(2));
  ASSERT_TRUE(Until([&] { return Consumer("s", "c").ack_pending == 1; }));
  EXPECT_EQ(Consumer("s", "c").ack_floor_stream_sequence, 0U);
  Ack(deliveries_->Take(1));
  ASSERT_TRUE(AllSettled());
  EXPECT_EQ(Consumer("s", "c").ack_floor_stream_sequence, 3U);
}

TEST_P(Settling, AnAckSyncHasHappened) {
  Start(2, kNever);
  EXPECT_THAT(Run(transport().AckSync(deliveries_->Take(1))), IsOk());
  EXPECT_EQ(Consumer("s", "c").ack_pending, 1);
  EXPECT_EQ(Consumer("s", "c").ack_floor_stream_sequence, 1U);
}

TEST_P(Settling, WhatNobodyAcksComesAgainAfterAckWait) {
  Start(1);
  ASSERT_TRUE(Comes(2));
  EXPECT_GE(After(1), kAckWait - kOnTheWay);
  const Delivery first = deliveries_->Take();
  const Delivery second = deliveries_->Take();
  EXPECT_EQ(second.info().stream_sequence, 1U);
  EXPECT_EQ(second.info().delivered, 2U);
  EXPECT_EQ(first.info().consumer_sequence, 1U);
  EXPECT_EQ(second.info().consumer_sequence, 2U);
  EXPECT_EQ(second.message().body(), "1");
  EXPECT_EQ(second.info().time, first.info().time);
  EXPECT_EQ(Consumer("s", "c").redelivered, 1);
  EXPECT_EQ(Consumer("s", "c").ack_pending, 1);
}

TEST_P(Settling, EachRedeliveryIsCounted) {
  Start(1);
  ASSERT_TRUE(Comes(4));
  for (uint64_t delivered = 1; delivered <= 4; ++delivered) {
    EXPECT_EQ(deliveries_->Take().info().delivered, delivered);
  }
}

TEST_P(Settling, RedeliveriesComeInOrder) {
  Start(3);
  for (int i = 0; i < 3; ++i) deliveries_->Take();
  ASSERT_TRUE(Comes(3));
  EXPECT_EQ(deliveries_->Take().info().stream_sequence, 1U);
  EXPECT_EQ(deliveries_->Take().info().stream_sequence, 2U);
  EXPECT_EQ(deliveries_->Take().info().stream_sequence, 3U);
}

TEST_P(Settling, ARedeliveryComesBeforeWhatIsNew) {
  MakeStream(StreamOf("s"));
  ConsumerConfig config = ConsumerOf("c", {"s"});
  config.ack_wait = kNever;
  MakeConsumer("s", config);
  PublishMany("s", 2);
  Deliveries deliveries(clock());
  auto flow = Open("s", "c", deliveries);
  Pull(*flow, deliveries, 2);
  Nak(deliveries.Take(1), absl::ZeroDuration());
  PublishMany("s", 1);
  Ack(deliveries.Take(2));
  Pull(*flow, deliveries, 2);
  EXPECT_THAT(deliveries.Sequences(), ElementsAre(1, 3));
}

TEST_P(Settling, ALateAckStillCounts) {
  Start(1);
  ASSERT_TRUE(Comes(2));
  Ack(deliveries_->Take());
  ASSERT_TRUE(AllSettled());
  Elapse(2 * kAckWait);
  EXPECT_EQ(deliveries_->all.size(), 1U);
}

TEST_P(Settling, ASecondAckDoesNothing) {
  Start(2, kNever);
  const transport::Outgoing again{
      .subject = deliveries_->all[0].message().reply(),
      .headers = {},
      .body = "+ACK",
      .reply = {}};
  ASSERT_THAT(Run(transport().AckSync(transport::CopyOf(deliveries_->all[0]))),
              IsOk());
  ASSERT_THAT(transport().Send(again), IsOk());
  Elapse(absl::Milliseconds(20));
  EXPECT_EQ(Consumer("s", "c").ack_pending, 1);
  EXPECT_EQ(Consumer("s", "c").ack_floor_stream_sequence, 1U);
}

// ---- past the deadline

TEST_P(Settling, NothingIsSentPastItsDeadline) {
  Start(3);
  transport().Settle(deliveries_->Take(1), transport::Ack(), Past());
  transport().Settle(deliveries_->Take(2), transport::Nak{}, Past());
  transport().Settle(deliveries_->Take(3), transport::Term{}, Past());
  Elapse(kAckWait / 4);
  EXPECT_EQ(Consumer("s", "c").ack_pending, 3);
  ASSERT_TRUE(Comes(3));
  EXPECT_GE(After(3), kAckWait - kOnTheWay);
  for (const uint64_t sequence : {1, 2, 3}) {
    EXPECT_EQ(deliveries_->Take(sequence).info().delivered, 2U);
  }
}

// ---- nak

TEST_P(Settling, ANakComesBackAtOnce) {
  Start(2, kNever);
  Nak(deliveries_->Take(1), absl::ZeroDuration());
  ASSERT_TRUE(Comes(2));
  const Delivery again = deliveries_->Take(1);
  EXPECT_EQ(again.info().delivered, 2U);
}

TEST_P(Settling, ADelayedNakComesBackInTime) {
  Start(2, kNever);
  Nak(deliveries_->Take(1), absl::Milliseconds(150));
  ASSERT_TRUE(Comes(2));
  EXPECT_GE(After(2), absl::Milliseconds(150));
  EXPECT_EQ(deliveries_->Take(1).info().delivered, 2U);
}

TEST_P(Settling, ADelayOverridesAckWaitBothWays) {
  Start(2);
  Nak(deliveries_->Take(1), absl::Milliseconds(50));
  Nak(deliveries_->Take(2), absl::Milliseconds(500));
  ASSERT_TRUE(Comes());
  EXPECT_LT(After(2), kAckWait);
  Ack(deliveries_->Take(1));
  ASSERT_TRUE(Comes());
  EXPECT_GE(After(3), absl::Milliseconds(500));
  EXPECT_EQ(deliveries_->Take(2).info().delivered, 2U);
}

TEST_P(Settling, ADelayedNakIsPendingMeanwhile) {
  Start(1, kNever);
  Nak(deliveries_->Take(1), absl::Milliseconds(300));
  Elapse(absl::Milliseconds(50));
  EXPECT_EQ(Consumer("s", "c").ack_pending, 1);
  EXPECT_THAT(deliveries_->all, IsEmpty());
}

TEST_P(Settling, NaksComeBackInTheOrderOfTheirDelays) {
  Start(3, kNever);
  Nak(deliveries_->Take(1), absl::Milliseconds(300));
  Nak(deliveries_->Take(2), absl::Milliseconds(200));
  Nak(deliveries_->Take(3), absl::Milliseconds(100));
  ASSERT_TRUE(Comes(3));
  EXPECT_THAT(deliveries_->Sequences(), ElementsAre(3, 2, 1));
}

// ---- term

TEST_P(Settling, ATermIsForGood) {
  Start(2);
  Term(deliveries_->Take(1));
  Term(deliveries_->Take(2), "poison");
  ASSERT_TRUE(AllSettled());
  EXPECT_EQ(Consumer("s", "c").ack_floor_stream_sequence, 2U);
  Elapse(2 * kAckWait);
  EXPECT_THAT(deliveries_->all, IsEmpty());
}

// ---- in progress

TEST_P(Settling, WhatIsInProgressDoesNotComeBack) {
  Start(2);
  for (int i = 0; i < 8; ++i) {
    ASSERT_TRUE(transport().InProgress(deliveries_->all[1]));
    Elapse(kAckWait / 4);
  }
  ASSERT_TRUE(Comes(3));
  for (std::size_t i = 2; i < deliveries_->all.size(); ++i) {
    EXPECT_EQ(deliveries_->all[i].info().stream_sequence, 1U);
  }
  // And after the last sign of life it does.
  ASSERT_TRUE(Until(
      [&] { return deliveries_->all.back().info().stream_sequence == 2; }));
}

TEST_P(Settling, InProgressCanBeSettledAfterwards) {
  Start(1);
  ASSERT_TRUE(transport().InProgress(deliveries_->all[0]));
  Ack(deliveries_->Take());
  ASSERT_TRUE(AllSettled());
}

INSTANTIATE_TEST_SUITE_P(, Settling, ::testing::ValuesIn(AllSides()), SideName);

}  // namespace
}  // namespace walnats::contract
