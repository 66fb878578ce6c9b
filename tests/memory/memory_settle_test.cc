#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/memory/memory_fixture.h"

namespace walnats::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// What has reached the server, as text.
struct Notes final : Witness {
  void OnDelivered(const transport::DeliveryInfo& delivery) override {
    delivered.push_back(delivery.delivered);
  }
  void OnSettled(const model::DeliveryId& id,
                 const model::Settlement& settlement) override {
    sequences.push_back(id.stream_sequence);
    if (std::holds_alternative<transport::Ack>(settlement)) log += 'a';
    if (std::holds_alternative<transport::Nak>(settlement)) log += 'n';
    if (std::holds_alternative<model::InProgress>(settlement)) log += 'p';
    if (const auto* term = std::get_if<transport::Term>(&settlement)) {
      log += 't';
      reason = term->reason;
    }
  }
  std::vector<uint64_t> delivered;
  std::vector<uint64_t> sequences;
  std::string log;
  std::string reason;
};

class MemorySettleTest : public MemoryTest {
 protected:
  // One message, delivered; there is room for more.
  void Deliver(absl::Duration ack_wait = absl::Seconds(30)) {
    MakeConsumer(ack_wait);
    server_->SetWitness(&notes_);
    OpenFlow(10);
    ASSERT_TRUE(Publish("1").ok());
    ASSERT_THAT(deliveries_.all, SizeIs(1));
  }

  Notes notes_;
};

TEST_F(MemorySettleTest, ShowsAWitnessWhatReachesTheServer) {
  ASSERT_NO_FATAL_FAILURE(Deliver());
  EXPECT_TRUE(transport_->InProgress(deliveries_.all[0]));
  transport_->Settle(deliveries_.TakeFirst(), transport::Nak(), Soon());
  clock_.Poll();
  EXPECT_THAT(notes_.delivered, ElementsAre(1, 2));
  transport_->Settle(deliveries_.TakeFirst(), transport::Term{"poison"},
                     Soon());
  EXPECT_EQ(notes_.log, "pnt");
  EXPECT_EQ(notes_.reason, "poison");
  EXPECT_THAT(notes_.sequences, ElementsAre(1, 1, 1));
  server_->SetWitness(nullptr);
  ASSERT_TRUE(Publish("2").ok());
  EXPECT_THAT(notes_.delivered, SizeIs(2));
}

TEST_F(MemorySettleTest, DelaysWhatItWasTold) {
  ASSERT_NO_FATAL_FAILURE(Deliver());
  transport_->Settle(deliveries_.TakeFirst(), transport::Nak{absl::Seconds(5)},
                     Soon());
  clock_.Advance(absl::Milliseconds(4999));
  EXPECT_THAT(deliveries_.all, IsEmpty());
  clock_.Advance(absl::Milliseconds(1));
  ASSERT_THAT(deliveries_.all, SizeIs(1));
  EXPECT_EQ(deliveries_.all[0].info().delivered, 2U);
}

TEST_F(MemorySettleTest, RedeliversWhatIsDroppedAfterAckWait) {
  ASSERT_NO_FATAL_FAILURE(Deliver(absl::Seconds(2)));
  deliveries_.all.clear();
  clock_.Advance(absl::Seconds(1));
  EXPECT_THAT(deliveries_.all, IsEmpty());
  clock_.Advance(absl::Seconds(1));
  EXPECT_THAT(deliveries_.all, SizeIs(1));
}

TEST_F(MemorySettleTest, SendsNoReasonToAServerThatReadsNone) {
  Restart({.version = model::kOldest});
  ASSERT_NO_FATAL_FAILURE(Deliver());
  transport_->Settle(deliveries_.TakeFirst(), transport::Term{"poison"},
                     Soon());
  EXPECT_EQ(notes_.reason, "");
  EXPECT_EQ(Consumer().ack_pending, 0);
}

TEST_F(MemorySettleTest, SettlesNothingPastItsDeadline) {
  ASSERT_NO_FATAL_FAILURE(Deliver());
  transport_->Settle(deliveries_.TakeFirst(), transport::Ack(), now());
  EXPECT_EQ(notes_.log, "");
  EXPECT_EQ(Consumer().ack_pending, 1);
}

TEST_F(MemorySettleTest, KeepsWhatMeetsALostConnection) {
  ASSERT_NO_FATAL_FAILURE(Deliver());
  ASSERT_TRUE(Publish("2").ok());
  ASSERT_TRUE(Publish("3").ok());
  server_->Disconnect("test");
  EXPECT_FALSE(transport_->InProgress(deliveries_.all[0]));
  transport_->Settle(deliveries_.TakeFirst(), transport::Term{"late"},
                     now() + absl::Seconds(9));
  transport_->Settle(deliveries_.TakeFirst(), transport::Ack(),
                     now() + absl::Seconds(1));
  transport_->Settle(deliveries_.TakeFirst(), transport::Ack(),
                     now() + absl::Seconds(9));
  clock_.Advance(absl::Seconds(2));
  EXPECT_EQ(notes_.log, "");
  server_->Reconnect();
  EXPECT_EQ(notes_.log, "ta");
  EXPECT_EQ(notes_.reason, "late");
  EXPECT_THAT(notes_.sequences, ElementsAre(1, 3));
  EXPECT_EQ(Consumer().ack_pending, 1);
}

TEST_F(MemorySettleTest, FlushWaitsForWhatIsKept) {
  ASSERT_NO_FATAL_FAILURE(Deliver());
  server_->Disconnect("test");
  transport_->Settle(deliveries_.TakeFirst(), transport::Ack(), Soon());
  Pending flushed(clock_, transport_->Flush(absl::Seconds(5)));
  clock_.Advance(absl::Seconds(1));
  EXPECT_FALSE(flushed.done());
  server_->Reconnect();
  clock_.Advance(absl::Milliseconds(1));
  EXPECT_TRUE(flushed.done());
}

TEST_F(MemorySettleTest, AckSyncWaitsForTheServersWord) {
  ASSERT_NO_FATAL_FAILURE(Deliver());
  Pending acked(clock_, transport_->AckSync(deliveries_.TakeFirst()));
  ASSERT_TRUE(acked.done());
  EXPECT_EQ(*acked, absl::OkStatus());
  EXPECT_EQ(notes_.log, "a");
}

TEST_F(MemorySettleTest, AckSyncSaysThatTheConsumerIsGone) {
  ASSERT_NO_FATAL_FAILURE(Deliver());
  ASSERT_TRUE(Run(transport_->DeleteConsumer("s", "c")).ok());
  EXPECT_EQ(
      Run(transport_->AckSync(deliveries_.TakeFirst())),
      absl::UnavailableError("ack message 1 of stream \"s\": no responders"));
}

TEST_F(MemorySettleTest, AckSyncNeedsAConnection) {
  ASSERT_NO_FATAL_FAILURE(Deliver());
  server_->Disconnect("test");
  EXPECT_EQ(
      Run(transport_->AckSync(deliveries_.TakeFirst())),
      absl::UnavailableError("ack message 1 of stream \"s\": not connected"));
}

TEST_F(MemorySettleTest, LosesTheNextSettlements) {
  ASSERT_NO_FATAL_FAILURE(Deliver());
  ASSERT_TRUE(Publish("2").ok());
  ASSERT_TRUE(Publish("3").ok());
  server_->DropSettlements(2);
  EXPECT_TRUE(transport_->InProgress(deliveries_.all[0]));
  transport_->Settle(deliveries_.TakeFirst(), transport::Ack(), Soon());
  Pending lost(clock_, transport_->AckSync(deliveries_.TakeFirst()));
  transport_->Settle(deliveries_.TakeFirst(), transport::Ack(), Soon());
  EXPECT_EQ(notes_.log, "pa");
  EXPECT_THAT(notes_.sequences, ElementsAre(1, 3));
  clock_.Advance(absl::Seconds(5));
  EXPECT_EQ(*lost, absl::DeadlineExceededError(
                       "ack message 2 of stream \"s\": no answer within 5s"));
}

}  // namespace
}  // namespace walnats::testing
