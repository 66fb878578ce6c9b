#include "walnats/nats/flows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/nats/jetstream_fixture.h"

namespace walnats::nats {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::SizeIs;

class FlowsTest : public JetStreamFixture {
 protected:
  std::unique_ptr<transport::Flow> Open(const std::string& consumer,
                                        DeliveryLog& sink, int want) {
    auto flow = jetstream_->Open("s", consumer, {}, sink);
    flow->Want(want);
    return flow;
  }
  // A status of the pull that `request` asked for.
  void Status(const FakeWire::Sent& request, std::string code,
              std::string description, std::string pending = "") {
    Headers headers = {{"Status", std::move(code)},
                       {"Description", std::move(description)}};
    if (!pending.empty()) headers.push_back({"Nats-Pending-Messages", pending});
    wire_->Deliver(request.reply, "", std::move(headers));
  }
  DeliveryLog sink_;
};

TEST_F(FlowsTest, AsksForWhatIsWanted) {
  Start();
  const auto flow = Open("mail", sink_, 7);
  const FakeWire::Sent sent = wire_->TakeOne();
  EXPECT_EQ(sent.subject, "$JS.API.CONSUMER.MSG.NEXT.s.mail");
  EXPECT_THAT(sent.reply, MatchesRegex("_INBOX.fake.s.[0-9a-f]+-[0-9a-f]+"));
  EXPECT_EQ(sent.body,
            "{\"batch\":7,\"expires\":30000000000,"
            "\"idle_heartbeat\":15000000000,\"max_bytes\":16777216}");
}

TEST_F(FlowsTest, RoutesByStreamAndConsumer) {
  Start();
  DeliveryLog other;
  const auto mail = Open("mail", sink_, 10);
  const auto bill = Open("bill", other, 10);
  Deliver("s", "mail", 1);
  Deliver("s", "mail", 2);
  Deliver("s", "bill", 1);
  Deliver("s", "nobody", 1);
  Deliver("t", "mail", 1);
  wire_->DeliverPulled("x", "", "$JS.ACK.broken");
  wire_->DeliverPulled(
      "x", "", "$JS.ACK._.hash.s.bill.3.4.5.1700000000000000000.0.more");
  wire_->Idle();
  wire_->Idle();
  EXPECT_THAT(sink_.Take(), ElementsAre("delivery 1", "delivery 2", "idle"));
  EXPECT_THAT(other.Take(), ElementsAre("delivery 1", "delivery 4", "idle"));
  EXPECT_EQ(other.deliveries[1].info().delivered, 3U);
  EXPECT_EQ(other.deliveries[1].info().stream, "s");
}

TEST_F(FlowsTest, SaysThatNobodyTookAPull) {
  Start();
  const auto flow = Open("mail", sink_, 10);
  Status(wire_->TakeOne(), "503", "");
  EXPECT_THAT(sink_.Take(), ElementsAre("unanswered"));
  clock_.Advance(absl::Seconds(1));
  Status(wire_->TakeOne(), "408", "Request Timeout", "10");
  EXPECT_THAT(sink_.Take(), IsEmpty());
}

TEST_F(FlowsTest, SaysWhenTheServerSentWhatCameLate) {
  Start();
  const auto flow = Open("mail", sink_, 10);
  ASSERT_THAT(wire_->echoes, SizeIs(1));
  const absl::Time begun = clock_.Now();
  wire_->Deliver(wire_->echoes[0], "");
  Deliver("s", "mail", 1);
  clock_.Advance(absl::Seconds(4));  // nothing is read meanwhile
  ASSERT_THAT(wire_->echoes, SizeIs(5));
  Deliver("s", "mail", 2);
  wire_->Deliver(wire_->echoes[1], "");
  Deliver("s", "mail", 3);
  wire_->Deliver(wire_->echoes[4], "");
  Deliver("s", "mail", 4);
  std::vector<absl::Time> sent;
  for (const auto& one : sink_.deliveries) sent.push_back(one.info().sent);
  EXPECT_THAT(sent, ElementsAre(absl::InfiniteFuture(), begun + Echo::kFresh,
                                begun + Echo::kInterval + Echo::kFresh,
                                absl::InfiniteFuture()));
}

TEST_F(FlowsTest, SendsItsEchoesWhileConnectedOnly) {
  Start();
  const auto flow = Open("mail", sink_, 10);
  wire_->GoDown();
  clock_.Advance(absl::Seconds(5));
  EXPECT_THAT(wire_->echoes, SizeIs(1));
  wire_->GoUp();
  clock_.Advance(absl::Seconds(1));
  EXPECT_THAT(wire_->echoes, SizeIs(3));
}

TEST_F(FlowsTest, SaysWhatTheSinkHasNoRoomFor) {
  Start();
  const auto flow = Open("mail", sink_, 1);
  Deliver("s", "mail", 1);
  Deliver("s", "mail", 2);
  EXPECT_THAT(sink_.Take(), ElementsAre("delivery 1", "overflow 2"));
}

// What was dropped here would come again after ack_wait only, as one more of
// its attempts.
TEST_F(FlowsTest, HandsOverAllThatWasAskedForThoughLessIsWantedSince) {
  Start();
  const auto flow = Open("mail", sink_, 3);
  flow->Want(0);
  Deliver("s", "mail", 1);
  flow->Want(1);
  Deliver("s", "mail", 2);
  Deliver("s", "mail", 3);
  Deliver("s", "mail", 4);
  EXPECT_THAT(sink_.Take(), ElementsAre("delivery 1", "delivery 2",
                                        "delivery 3", "overflow 4"));
}

TEST_F(FlowsTest, DropsWhatComesForAFlowThatIsGone) {
  Start();
  auto flow = Open("mail", sink_, 2);
  const FakeWire::Sent request = wire_->TakeOne();
  Deliver("s", "mail", 1);
  flow.reset();
  Deliver("s", "mail", 2);
  Status(request, "409", "Consumer Deleted");
  wire_->Idle();
  clock_.Advance(absl::Minutes(5));
  EXPECT_THAT(sink_.Take(), ElementsAre("delivery 1"));
}

TEST_F(FlowsTest, TheNewestOfTwoFlowsOfAConsumerGetsTheDeliveries) {
  Start();
  DeliveryLog newer;
  auto first = Open("mail", sink_, 2);
  const auto second = Open("mail", newer, 2);
  Deliver("s", "mail", 1);
  first.reset();
  Deliver("s", "mail", 2);
  EXPECT_THAT(sink_.Take(), IsEmpty());
  EXPECT_THAT(newer.Take(), ElementsAre("delivery 1", "delivery 2"));
}

TEST_F(FlowsTest, AsksAgainAtAnExpiryAndAfterAReconnect) {
  Start();
  const auto flow = Open("mail", sink_, 4);
  Status(wire_->TakeOne(), "408", "Request Timeout", "4");
  EXPECT_THAT(wire_->Take(), SizeIs(1));
  wire_->GoDown();
  wire_->GoUp();
  clock_.Poll();
  EXPECT_THAT(TakeTo("$JS.API.CONSUMER.MSG.NEXT.s.mail"), SizeIs(1));
}

TEST_F(FlowsTest, SaysThatItStallsAndResumes) {
  Start();
  const auto flow = Open("mail", sink_, 4);
  const FakeWire::Sent first = wire_->TakeOne();
  clock_.Advance(absl::Seconds(10));
  Status(first, "100", "Idle Heartbeat");
  clock_.Advance(absl::Seconds(29));
  EXPECT_THAT(sink_.Take(), IsEmpty());
  clock_.Advance(absl::Seconds(1));
  EXPECT_THAT(sink_.Take(), ElementsAre("event 0"));
  EXPECT_THAT(wire_->Take(), SizeIs(1)) << "asks again by itself";
  Deliver("s", "mail", 1);
  EXPECT_THAT(sink_.Take(), ElementsAre("event 1", "delivery 1"));
}

TEST_F(FlowsTest, WaitsForRestartWhenItsConsumerIsDeleted) {
  Start();
  const auto flow = Open("mail", sink_, 4);
  Status(wire_->TakeOne(), "409", "Consumer Deleted");
  EXPECT_THAT(sink_.Take(), ElementsAre("event 2"));
  clock_.Advance(absl::Minutes(5));
  EXPECT_THAT(wire_->Take(), IsEmpty());
  flow->Restart();
  EXPECT_THAT(wire_->Take(), SizeIs(1));
}

TEST_F(FlowsTest, WakesItsConsumerWithARequestForNothing) {
  Start();
  const auto flow = Open("mail", sink_, 2);
  wire_->TakeOne();
  flow->Wake();
  const FakeWire::Sent wake = wire_->TakeOne();
  EXPECT_EQ(wake.subject, "$JS.API.CONSUMER.MSG.NEXT.s.mail");
  EXPECT_EQ(wake.body, "{\"batch\":1,\"expires\":1}");
  Status(wake, "408", "Request Timeout", "1");
  Deliver("s", "mail", 1);
  EXPECT_THAT(sink_.Take(), ElementsAre("delivery 1"));
  EXPECT_THAT(wire_->Take(), IsEmpty()) << "one of two is still to come";
}

TEST_F(FlowsTest, AsksForNothingAfterStop) {
  Start();
  const auto flow = Open("mail", sink_, 4);
  const FakeWire::Sent request = wire_->TakeOne();
  flow->Stop();
  Deliver("s", "mail", 1);
  Status(request, "408", "Request Timeout", "3");
  EXPECT_THAT(wire_->Take(), IsEmpty());
  EXPECT_THAT(sink_.Take(), ElementsAre("delivery 1"));
}

TEST_F(FlowsTest, MayDieInsideEachCallOfItsSink) {
  Start();
  std::unique_ptr<transport::Flow> flow;
  const auto end = [&flow] { flow.reset(); };

  sink_.on_delivery = end;
  flow = Open("mail", sink_, 2);
  Deliver("s", "mail", 1);
  EXPECT_EQ(flow, nullptr);
  wire_->Idle();
  EXPECT_THAT(sink_.Take(), ElementsAre("delivery 1"));

  sink_ = {};
  sink_.on_idle = end;
  flow = Open("mail", sink_, 2);
  Deliver("s", "mail", 1);
  wire_->Idle();
  EXPECT_EQ(flow, nullptr);

  sink_ = {};
  sink_.on_event = end;
  flow = Open("mail", sink_, 2);
  clock_.Advance(absl::Seconds(31));
  EXPECT_EQ(flow, nullptr);

  // Between the event and the delivery that resumes.
  sink_ = {};
  flow = Open("mail", sink_, 2);
  clock_.Advance(absl::Seconds(31));
  sink_.on_event = end;
  Deliver("s", "mail", 1);
  EXPECT_EQ(flow, nullptr);
  EXPECT_THAT(sink_.Take(), ElementsAre("event 0", "event 1"));
}

TEST_F(FlowsTest, MayEndOthersInsideOnIdle) {
  Start();
  DeliveryLog other;
  auto mail = Open("mail", sink_, 2);
  auto bill = Open("bill", other, 2);
  sink_.on_idle = [&bill] { bill.reset(); };
  Deliver("s", "mail", 1);
  Deliver("s", "bill", 1);
  wire_->Idle();
  EXPECT_THAT(other.Take(), ElementsAre("delivery 1"));
}

TEST_F(FlowsTest, MayOutliveTheTransport) {
  Start();
  const auto flow = Open("mail", sink_, 2);
  Close();
  flow->Want(5);
  flow->Stop();
  flow->Restart();
  flow->Wake();
  clock_.Advance(absl::Minutes(5));
  EXPECT_THAT(sink_.Take(), IsEmpty());
}

TEST_F(FlowsTest, StopsDeliveriesOnceNothingComesAnyMore) {
  Start();
  const auto flow = Open("mail", sink_, 5);
  wire_->Take();
  const auto stopped = Begin(jetstream_->StopDeliveries(absl::Seconds(5)));
  Deliver("s", "mail", 1);
  const auto echo = [this](const FakeWire::Sent& sent) {
    EXPECT_EQ(sent.subject, sent.reply);
    Answer(sent, "");
  };
  echo(wire_->TakeOne());
  EXPECT_TRUE(wire_->subscribed()) << "something came meanwhile";
  echo(wire_->TakeOne());
  EXPECT_FALSE(wire_->subscribed());
  EXPECT_FALSE(stopped->has_value()) << "the server may not know it yet";
  Deliver("s", "mail", 2);
  echo(wire_->TakeOne());
  EXPECT_FALSE(stopped->has_value()) << "what came with it may be unread";
  Deliver("s", "mail", 3);
  echo(wire_->TakeOne());
  EXPECT_TRUE((*stopped)->ok());
  flow->Want(5);
  EXPECT_THAT(wire_->Take(), IsEmpty());
  EXPECT_THAT(sink_.Take(),
              ElementsAre("delivery 1", "delivery 2", "delivery 3"));
}

TEST_F(FlowsTest, HasStoppedDeliveriesWhenTheConnectionIsLost) {
  Start();
  const auto flow = Open("mail", sink_, 5);
  const auto stopped = Begin(jetstream_->StopDeliveries(absl::Seconds(5)));
  wire_->GoDown();
  clock_.Poll();
  EXPECT_TRUE((*stopped)->ok());
  EXPECT_FALSE(wire_->subscribed());
}

TEST_F(FlowsTest, RoutesAmongTenThousand) {
  Start();
  std::deque<DeliveryLog> sinks(10'000);
  std::vector<std::unique_ptr<transport::Flow>> flows;
  for (std::size_t i = 0; i < sinks.size(); ++i) {
    flows.push_back(Open(Cat("c", i), sinks[i], 1));
  }
  EXPECT_THAT(wire_->Take(), SizeIs(10'000));
  for (std::size_t i = 0; i < sinks.size(); ++i) Deliver("s", Cat("c", i), i);
  wire_->Idle();
  for (std::size_t i = 0; i < sinks.size(); ++i) {
    ASSERT_THAT(sinks[i].Take(), ElementsAre(Cat("delivery ", i), "idle"));
  }
}

}  // namespace
}  // namespace walnats::nats
