#include "walnats/nats/settlements.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/nats/jetstream_fixture.h"

namespace walnats::nats {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(SettlementsTest, WritesTheBodiesThatTheServerReads) {
  EXPECT_EQ(NakBody({.delay = absl::Milliseconds(1500)}),
            "-NAK {\"delay\":1500000000}");
  EXPECT_EQ(NakBody({.delay = absl::ZeroDuration()}), "-NAK");
  EXPECT_EQ(TermBody({.reason = "poison"}, true), "+TERM poison");
  EXPECT_EQ(TermBody({.reason = ""}, true), "+TERM");
  // 2.9 ignores a +TERM with a reason.
  EXPECT_EQ(TermBody({.reason = "poison"}, false), "+TERM");
}

// The same through a JetStream.
class SettleTest : public JetStreamFixture {
 protected:
  transport::Delivery Pulled(uint64_t sequence) {
    if (flow_ == nullptr) flow_ = jetstream_->Open("s", "c", {}, sink_);
    flow_->Want(1);
    Deliver("s", "c", sequence);
    transport::Delivery delivery = std::move(sink_.deliveries.front());
    sink_.deliveries.pop_front();
    wire_->Take();
    return delivery;
  }
  absl::Time Soon() const { return clock_.Now() + absl::Seconds(10); }

  DeliveryLog sink_;
  std::unique_ptr<transport::Flow> flow_;
};

TEST_F(SettleTest, AnswersOnTheAckSubject) {
  Start(kInfo29);
  jetstream_->Settle(Pulled(1), transport::Ack(), Soon());
  const FakeWire::Sent ack = wire_->TakeOne();
  EXPECT_EQ(ack.subject, AckSubject("s", "c", 1));
  EXPECT_EQ(ack.body, "+ACK");
  EXPECT_EQ(ack.reply, "");
  jetstream_->Settle(Pulled(2), transport::Nak{absl::Seconds(2)}, Soon());
  EXPECT_EQ(wire_->TakeOne().body, "-NAK {\"delay\":2000000000}");
  jetstream_->Settle(Pulled(3), transport::Term{"poison"}, Soon());
  EXPECT_EQ(wire_->TakeOne().body, "+TERM");
  const transport::Delivery delivery = Pulled(4);
  EXPECT_TRUE(jetstream_->InProgress(delivery));
  EXPECT_EQ(wire_->TakeOne().body, "+WPI");
}

TEST_F(SettleTest, GivesTheReasonWhereTheServerReadsIt) {
  Start(kInfo215, "2.15.1");
  jetstream_->Settle(Pulled(3), transport::Term{"poison"}, Soon());
  EXPECT_EQ(wire_->TakeOne().body, "+TERM poison");
}

TEST_F(SettleTest, SettlesNothingPastTheDeadline) {
  Start();
  jetstream_->Settle(Pulled(1), transport::Ack(), clock_.Now());
  EXPECT_THAT(wire_->Take(), IsEmpty());
}

TEST_F(SettleTest, KeepsSettlementsOverAReconnectUntilTheirDeadline) {
  Start();
  std::vector<transport::Delivery> pulled;
  for (const uint64_t sequence : {1, 2, 3}) pulled.push_back(Pulled(sequence));
  wire_->GoDown();
  jetstream_->Settle(std::move(pulled[0]), transport::Ack(), Soon());
  jetstream_->Settle(std::move(pulled[1]), transport::Ack(),
                     clock_.Now() + absl::Seconds(1));
  EXPECT_FALSE(jetstream_->InProgress(pulled[2]));
  jetstream_->Settle(std::move(pulled[2]), transport::Term{""}, Soon());
  clock_.Advance(absl::Seconds(1));
  wire_->GoUp();
  EXPECT_THAT(TakeTo(AckSubject("s", "c", 1)), SizeIs(1));
  wire_->GoDown();
  wire_->GoUp();
  EXPECT_THAT(TakeTo(AckSubject("s", "c", 2)), IsEmpty());
}

TEST_F(SettleTest, SendsEachKeptSettlementOnceAndInOrder) {
  Start();
  transport::Delivery first = Pulled(1);
  transport::Delivery second = Pulled(2);
  wire_->GoDown();
  jetstream_->Settle(std::move(first), transport::Nak{absl::Seconds(1)},
                     Soon());
  jetstream_->Settle(std::move(second), transport::Ack(), Soon());
  wire_->GoUp();
  const auto sent = wire_->Take();
  ASSERT_GE(sent.size(), 2U);
  EXPECT_EQ(sent[0].subject, AckSubject("s", "c", 1));
  EXPECT_EQ(sent[1].subject, AckSubject("s", "c", 2));
  wire_->GoDown();
  wire_->GoUp();
  EXPECT_THAT(TakeTo(AckSubject("s", "c", 1)), IsEmpty());
}

TEST_F(SettleTest, AckSyncWaitsForTheServer) {
  Start();
  const auto acked = Begin(jetstream_->AckSync(Pulled(5)));
  const FakeWire::Sent sent = wire_->TakeOne();
  EXPECT_EQ(sent.subject, AckSubject("s", "c", 5));
  EXPECT_EQ(sent.body, "+ACK");
  EXPECT_FALSE(acked->has_value());
  Answer(sent, "");
  EXPECT_TRUE((*acked)->ok());
  const auto lost = Begin(jetstream_->AckSync(Pulled(6)));
  clock_.Advance(absl::Seconds(5));
  EXPECT_EQ(**lost, absl::DeadlineExceededError(
                        "ack message 6 of stream \"s\": no answer within 5s"));
}

}  // namespace
}  // namespace walnats::nats
