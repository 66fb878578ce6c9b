#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/memory/memory_fixture.h"
#include "walnats/base/strings.h"

namespace walnats::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using transport::FlowEvent;

class MemoryFlowTest : public MemoryTest {
 protected:
  void PublishMany(int count) {
    for (int i = 1; i <= count; ++i) ASSERT_TRUE(Publish(Cat(i)).ok());
  }
  // Closes the transport beside the test.
  void StartClose() {
    closed_.emplace(clock_,
                    [](transport::Transport& transport) -> Task<absl::Status> {
                      co_await transport.Close();
                      co_return absl::OkStatus();
                    }(*transport_));
  }
  std::optional<Pending<absl::Status>> closed_;
};

TEST_F(MemoryFlowTest, DeliversInLaterTurnsThenSaysThatItIsIdle) {
  MakeConsumer();
  PublishMany(2);
  OpenFlow(10);
  EXPECT_EQ(deliveries_.log, "");
  clock_.Poll();
  EXPECT_EQ(deliveries_.log, "ddi");
  ASSERT_TRUE(Publish("3").ok());
  EXPECT_EQ(deliveries_.log, "ddidi");
  EXPECT_THAT(deliveries_.bodies(), ElementsAre("1", "2", "3"));
}

TEST_F(MemoryFlowTest, SaysWhatWasDelivered) {
  MakeConsumer();
  const absl::Time stored = now();
  PublishMany(3);
  clock_.Advance(absl::Seconds(1));
  OpenFlow(2);
  clock_.Poll();
  const transport::Delivery delivery = std::move(deliveries_.all[1]);
  const transport::DeliveryInfo& info = delivery.info();
  EXPECT_EQ(info.stream, "s");
  EXPECT_EQ(info.consumer, "c");
  EXPECT_EQ(info.stream_sequence, 2U);
  EXPECT_EQ(info.consumer_sequence, 2U);
  EXPECT_EQ(info.delivered, 1U);
  EXPECT_EQ(info.pending, 1U);
  EXPECT_EQ(info.time, stored);
  EXPECT_EQ(delivery.message().subject(), "s");
  EXPECT_EQ(delivery.message().reply(),
            Cat("$JS.ACK.s.c.1.2.2.", absl::ToUnixNanos(stored), ".1"));
}

TEST_F(MemoryFlowTest, DeliversNoMoreThanIsWanted) {
  MakeConsumer();
  PublishMany(5);
  OpenFlow(2);
  clock_.Poll();
  EXPECT_THAT(deliveries_.bodies(), ElementsAre("1", "2"));
  flow_->Want(1);
  clock_.Poll();
  EXPECT_THAT(deliveries_.bodies(), ElementsAre("1", "2", "3"));
}

TEST_F(MemoryFlowTest, LetsItsSinkSettleAndPublishInside) {
  MakeConsumer();
  deliveries_.then = [&] {
    transport_->Settle(deliveries_.TakeFirst(), transport::Ack(), Soon());
    flow_->Want(1);
  };
  PublishMany(3);
  OpenFlow(1);
  clock_.Poll();
  EXPECT_EQ(Consumer().ack_floor_stream_sequence, 3U);
}

TEST_F(MemoryFlowTest, LetsItsSinkDestroyItInADelivery) {
  MakeConsumer();
  PublishMany(2);
  deliveries_.then = [&] { flow_.reset(); };
  OpenFlow(2);
  clock_.Poll();
  EXPECT_EQ(deliveries_.log, "d");
}

TEST_F(MemoryFlowTest, LetsItsSinkDestroyItWhenItIsIdle) {
  MakeConsumer();
  PublishMany(2);
  deliveries_.on_idle = [&] { flow_.reset(); };
  OpenFlow(5);
  clock_.Poll();
  EXPECT_EQ(deliveries_.log, "ddi");
  EXPECT_EQ(Consumer().waiting, 0);
}

TEST_F(MemoryFlowTest, LetsItsSinkDestroyItInAnEvent) {
  MakeConsumer();
  OpenFlow(5);
  deliveries_.on_event = [&] { flow_.reset(); };
  ASSERT_TRUE(Run(transport_->DeleteConsumer("s", "c")).ok());
  clock_.Poll();
  EXPECT_THAT(deliveries_.events, ElementsAre(FlowEvent::kConsumerMissing));
}

TEST_F(MemoryFlowTest, LetsItsSinkCloseTheTransportInADelivery) {
  MakeConsumer();
  PublishMany(2);
  deliveries_.then = [&] { StartClose(); };
  OpenFlow(2);
  clock_.Poll();
  EXPECT_EQ(deliveries_.log, "d");
  EXPECT_TRUE(closed_->done());
  flow_->Want(5);
  flow_->Restart();
  clock_.Poll();
  EXPECT_EQ(deliveries_.log, "d");
}

TEST_F(MemoryFlowTest, LetsItsSinkCloseTheTransportWhenItIsIdle) {
  MakeConsumer();
  PublishMany(1);
  deliveries_.on_idle = [&] { StartClose(); };
  OpenFlow(2);
  clock_.Poll();
  EXPECT_TRUE(closed_->done());
}

TEST_F(MemoryFlowTest, TakesNothingAfterItsEnd) {
  MakeConsumer();
  OpenFlow(5);
  flow_.reset();
  ASSERT_TRUE(Publish("1").ok());
  EXPECT_EQ(deliveries_.log, "");
  OpenFlow(5);
  clock_.Poll();
  ASSERT_THAT(deliveries_.all, SizeIs(1));
  EXPECT_EQ(deliveries_.all[0].info().delivered, 1U);
}

TEST_F(MemoryFlowTest, LeavesWhatWasOnItsWayToTheServerWhenItEnds) {
  MakeConsumer(absl::Seconds(2));
  PublishMany(1);
  OpenFlow(1);
  OpenFlow(1);
  clock_.Poll();
  EXPECT_EQ(deliveries_.log, "");
  clock_.Advance(absl::Seconds(2));
  ASSERT_THAT(deliveries_.all, SizeIs(1));
  EXPECT_EQ(deliveries_.all[0].info().delivered, 2U);
}

TEST_F(MemoryFlowTest, SharesAConsumerWithOthers) {
  MakeConsumer();
  auto other = server_->Connect();
  Deliveries theirs;
  OpenFlow(4);
  auto their_flow = other->Open("s", "c", {}, theirs);
  their_flow->Want(4);
  PublishMany(4);
  EXPECT_THAT(deliveries_.bodies(), ElementsAre("1", "3"));
  EXPECT_THAT(theirs.bodies(), ElementsAre("2", "4"));
}

TEST_F(MemoryFlowTest, StillBringsWhatIsOnItsWayWhenItStops) {
  MakeConsumer();
  PublishMany(2);
  OpenFlow(3);
  flow_->Stop();
  PublishMany(1);
  EXPECT_EQ(deliveries_.log, "ddi");
}

TEST_F(MemoryFlowTest, SaysThatItsConsumerWasDeleted) {
  MakeConsumer();
  OpenFlow(5);
  ASSERT_TRUE(Run(transport_->DeleteConsumer("s", "c")).ok());
  clock_.Poll();
  EXPECT_THAT(deliveries_.events, ElementsAre(FlowEvent::kConsumerMissing));
  EXPECT_THAT(deliveries_.details, ElementsAre("consumer deleted"));
  MakeConsumer();
  PublishMany(1);
  EXPECT_THAT(deliveries_.all, IsEmpty());
  flow_->Restart();
  clock_.Poll();
  EXPECT_THAT(deliveries_.bodies(), ElementsAre("1"));
}

TEST_F(MemoryFlowTest, AsksThriceForAConsumerThatIsMissing) {
  OpenFlow(5);
  clock_.Advance(absl::Milliseconds(749));
  EXPECT_THAT(deliveries_.events, IsEmpty());
  clock_.Advance(absl::Milliseconds(1));
  EXPECT_THAT(deliveries_.events, ElementsAre(FlowEvent::kConsumerMissing));
}

TEST_F(MemoryFlowTest, StallsWhereNobodySaysThatTheConsumerIsMissing) {
  Restart({.version = model::kOldest});
  flow_ =
      transport_->Open("s", "c", {.heartbeat = absl::Seconds(1)}, deliveries_);
  flow_->Want(5);
  clock_.Advance(absl::Seconds(5));
  EXPECT_THAT(deliveries_.events, ElementsAre(FlowEvent::kStalled));
  EXPECT_THAT(deliveries_.details, ElementsAre("no heartbeat for 2s"));
  MakeConsumer();
  PublishMany(1);
  clock_.Advance(absl::Seconds(2));
  EXPECT_THAT(deliveries_.events,
              ElementsAre(FlowEvent::kStalled, FlowEvent::kResumed));
  EXPECT_THAT(deliveries_.bodies(), ElementsAre("1"));
}

TEST_F(MemoryFlowTest, StallsWhereNoMessageGoesIntoItsBytes) {
  MakeConsumer();
  flow_ = transport_->Open("s", "c", {.max_bytes = 10}, deliveries_);
  flow_->Want(5);
  ASSERT_TRUE(Publish(std::string(100, 'x')).ok());
  clock_.Advance(absl::Milliseconds(299));
  EXPECT_THAT(deliveries_.events, IsEmpty());
  clock_.Advance(absl::Milliseconds(1));
  EXPECT_THAT(deliveries_.events, ElementsAre(FlowEvent::kStalled));
  EXPECT_THAT(deliveries_.all, IsEmpty());
}

TEST_F(MemoryFlowTest, AsksAgainWhenAnotherServerLeads) {
  MakeConsumer();
  OpenFlow(5);
  server_->model().ChangeLeader("s", "c");
  server_->Pump();
  clock_.Poll();
  EXPECT_EQ(Consumer().waiting, 1);
  PublishMany(1);
  EXPECT_THAT(deliveries_.bodies(), ElementsAre("1"));
}

TEST_F(MemoryFlowTest, GetsNothingBackAfterStopDeliveries) {
  MakeConsumer();
  PublishMany(2);
  OpenFlow(5);
  Pending stopped(clock_, transport_->StopDeliveries(absl::Seconds(1)));
  ASSERT_TRUE(stopped.done());
  EXPECT_EQ(*stopped, absl::OkStatus());
  EXPECT_EQ(deliveries_.log, "ddi");
  while (!deliveries_.all.empty()) {
    transport_->Settle(deliveries_.TakeFirst(), transport::Nak(), Soon());
  }
  clock_.Poll();
  EXPECT_EQ(deliveries_.log, "ddi");
  auto other = server_->Connect();
  Deliveries theirs;
  const auto their_flow = other->Open("s", "c", {}, theirs);
  their_flow->Want(5);
  clock_.Poll();
  ASSERT_THAT(theirs.all, SizeIs(2));
  EXPECT_EQ(theirs.all[0].info().delivered, 2U);
}

TEST_F(MemoryFlowTest, StopsDeliveriesWhileTheConnectionIsLost) {
  MakeConsumer();
  OpenFlow(5);
  server_->Disconnect("test");
  EXPECT_EQ(Run(transport_->StopDeliveries(absl::Seconds(1))),
            absl::OkStatus());
  server_->Reconnect();
  PublishMany(1);
  EXPECT_THAT(deliveries_.all, IsEmpty());
}

}  // namespace
}  // namespace walnats::testing
