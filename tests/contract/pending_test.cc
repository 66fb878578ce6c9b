// What bounds the deliveries that wait for an ack, and what ends them besides
// being settled.

#include <string>

#include "tests/contract/settling_fixture.h"

namespace walnats::contract {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using transport::AckPolicy;
using transport::ConsumerConfig;

using Pending = Settling;

// ---- what limits

TEST_P(Pending, MaxAckPendingHoldsBack) {
  MakeStream(StreamOf("s"));
  ConsumerConfig config = ConsumerOf("c", {"s"});
  config.ack_wait = kNever;
  config.max_ack_pending = 2;
  MakeConsumer("s", config);
  PublishMany("s", 4);
  Deliveries deliveries(clock());
  auto flow = Open("s", "c", deliveries);
  flow->Want(10);
  ASSERT_TRUE(Until([&] { return deliveries.all.size() == 2; }));
  Elapse(absl::Milliseconds(50));
  EXPECT_THAT(deliveries.Sequences(), ElementsAre(1, 2));
  // A delayed nak keeps its place, an ack and a term give it back.
  Nak(deliveries.Take(1), absl::Minutes(1));
  Elapse(absl::Milliseconds(50));
  EXPECT_THAT(deliveries.Sequences(), ElementsAre(2));
  Ack(deliveries.Take(2));
  ASSERT_TRUE(Until([&] { return deliveries.all.size() == 1; }));
  Term(deliveries.Take(3));
  ASSERT_TRUE(Until([&] { return deliveries.all.size() == 1; }));
  EXPECT_THAT(deliveries.Sequences(), ElementsAre(4));
}

TEST_P(Pending, MaxDeliverGivesUp) {
  ConsumerConfig config = ConsumerOf("c", {"s"});
  config.max_deliver = 2;
  config.ack_wait = absl::Milliseconds(100);
  Start(1, config);
  ASSERT_TRUE(Comes(2));
  Elapse(absl::Milliseconds(300));
  EXPECT_EQ(deliveries_->all.size(), 2U);
  EXPECT_THAT(Run(transport().GetMessage("s", {.sequence = 1})), IsOk());
}

TEST_P(Pending, AckAllSettlesWhatCameBefore) {
  ConsumerConfig config = ConsumerOf("c", {"s"});
  config.ack = AckPolicy::kAll;
  Start(4, config);
  Ack(deliveries_->Take(3));
  ASSERT_TRUE(Until([&] { return Consumer("s", "c").ack_pending == 1; }));
  EXPECT_EQ(Consumer("s", "c").ack_floor_stream_sequence, 3U);
  deliveries_->all.clear();
  ASSERT_TRUE(Comes());
  EXPECT_THAT(deliveries_->Sequences(), ElementsAre(4));
}

TEST_P(Pending, WithoutAcksNothingIsPending) {
  ConsumerConfig config = ConsumerOf("c", {"s"});
  config.ack = AckPolicy::kNone;
  Start(3, config);
  EXPECT_EQ(Consumer("s", "c").ack_pending, 0);
  EXPECT_EQ(Consumer("s", "c").ack_floor_stream_sequence, 3U);
  Elapse(2 * kAckWait);
  EXPECT_EQ(deliveries_->all.size(), 3U);
}

// ---- what is gone

TEST_P(Pending, AnErasedMessageDoesNotComeBack) {
  Start(2);
  ASSERT_THAT(Run(transport().EraseMessage("s", 1)), IsOk());
  deliveries_->all.clear();
  ASSERT_TRUE(Comes());
  EXPECT_THAT(deliveries_->Sequences(), ElementsAre(2));
  ASSERT_TRUE(Comes(2));
  EXPECT_THAT(deliveries_->Sequences(), ElementsAre(2, 2));
}

TEST_P(Pending, APurgeSettlesWhatIsPending) {
  Start(2);
  ASSERT_THAT(Run(transport().PurgeStream("s", {})), IsOk());
  ASSERT_TRUE(AllSettled());
  deliveries_->all.clear();
  Elapse(2 * kAckWait);
  EXPECT_THAT(deliveries_->all, IsEmpty());
  PublishMany("s", 1);
  ASSERT_TRUE(Comes());
  EXPECT_THAT(deliveries_->Sequences(), ElementsAre(3));
}

TEST_P(Pending, AnAckOfADeletedConsumerDoesNoHarm) {
  Start(1);
  ASSERT_THAT(Run(transport().DeleteConsumer("s", "c")), IsOk());
  Ack(deliveries_->Take());
  EXPECT_THAT(Run(transport().Flush(kSoon)), IsOk());
  EXPECT_THAT(Publish("s", ""), IsOk());
}

INSTANTIATE_TEST_SUITE_P(, Pending, ::testing::ValuesIn(AllSides()), SideName);

}  // namespace
}  // namespace walnats::contract
