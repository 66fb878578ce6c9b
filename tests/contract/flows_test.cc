// Flows: how many deliveries come, in which order, and how they end.

#include <algorithm>
#include <string>

#include "tests/contract/contract_fixture.h"

namespace walnats::contract {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using transport::ConsumerConfig;
using transport::FlowEvent;
using transport::FlowOptions;

class FlowsTest : public Contract {
 protected:
  // Stream "s" with consumer "c", which waits long for acks.
  void MakeBoth() {
    MakeStream(StreamOf("s"));
    ConsumerConfig config = ConsumerOf("c", {"s"});
    config.ack_wait = absl::Minutes(10);
    MakeConsumer("s", config);
  }
  // Runs until the consumer has got the pull: the server looks at it after
  // what was asked later.
  void AwaitPull() {
    ASSERT_TRUE(Until([&] { return Consumer("s", "c").waiting > 0; }));
  }
};

std::vector<uint64_t> Count(uint64_t from, uint64_t to) {
  std::vector<uint64_t> numbers;
  for (; from <= to; ++from) numbers.push_back(from);
  return numbers;
}

TEST_P(FlowsTest, NothingComesUntilItIsWanted) {
  MakeBoth();
  PublishMany("s", 3);
  Deliveries deliveries(clock());
  auto flow = Open("s", "c", deliveries);
  Elapse(absl::Milliseconds(30));
  EXPECT_THAT(deliveries.all, IsEmpty());
  EXPECT_EQ(Consumer("s", "c").waiting, 0);
}

TEST_P(FlowsTest, NoMoreComesThanIsWanted) {
  MakeBoth();
  PublishMany("s", 10);
  Deliveries deliveries(clock());
  auto flow = Open("s", "c", deliveries);
  Pull(*flow, deliveries, 3);
  Elapse(absl::Milliseconds(30));
  EXPECT_THAT(deliveries.Sequences(), ElementsAre(1, 2, 3));
  EXPECT_GE(deliveries.idles, 1);
  Pull(*flow, deliveries, 2);
  Elapse(absl::Milliseconds(30));
  EXPECT_THAT(deliveries.Sequences(), ElementsAre(1, 2, 3, 4, 5));
  EXPECT_EQ(Consumer("s", "c").ack_pending, 5);
  EXPECT_EQ(Consumer("s", "c").waiting, 0);
}

TEST_P(FlowsTest, WhatComesLaterIsDeliveredAtOnce) {
  MakeBoth();
  Deliveries deliveries(clock());
  auto flow = Open("s", "c", deliveries);
  flow->Want(10);
  ASSERT_TRUE(Until([&] { return Consumer("s", "c").waiting == 1; }));
  PublishMany("s", 2);
  ASSERT_TRUE(Until([&] { return deliveries.all.size() == 2; }));
  PublishMany("s", 1);
  ASSERT_TRUE(Until([&] { return deliveries.all.size() == 3; }));
  EXPECT_THAT(deliveries.Sequences(), ElementsAre(1, 2, 3));
}

TEST_P(FlowsTest, ManyComeInOrder) {
  MakeBoth();
  PublishMany("s", 2000);
  Deliveries deliveries(clock());
  auto flow = Open("s", "c", deliveries);
  Pull(*flow, deliveries, 2000);
  EXPECT_EQ(deliveries.Sequences(), Count(1, 2000));
}

// A sink that wants as many as it has settled keeps the flow going.
TEST_P(FlowsTest, WantingAgainKeepsItGoing) {
  MakeBoth();
  PublishMany("s", 200);
  Deliveries deliveries(clock());
  auto flow = Open("s", "c", deliveries);
  for (uint64_t next = 1; next <= 200;) {
    flow->Want(7);
    ASSERT_TRUE(Until([&] { return !deliveries.all.empty(); }));
    while (!deliveries.all.empty()) {
      transport::Delivery delivery = deliveries.Take();
      EXPECT_EQ(delivery.info().stream_sequence, next++);
      Ack(std::move(delivery));
    }
  }
  EXPECT_TRUE(Until([&] { return Consumer("s", "c").ack_pending == 0; }));
  EXPECT_EQ(Consumer("s", "c").ack_floor_stream_sequence, 200U);
}

TEST_P(FlowsTest, AStoppedFlowAsksForNothing) {
  MakeBoth();
  Deliveries deliveries(clock());
  auto flow = Open("s", "c", deliveries);
  flow->Stop();
  flow->Want(10);
  PublishMany("s", 1);
  Elapse(absl::Milliseconds(30));
  EXPECT_THAT(deliveries.all, IsEmpty());
  EXPECT_EQ(Consumer("s", "c").waiting, 0);
}

TEST_P(FlowsTest, ADestroyedFlowTellsNothing) {
  MakeBoth();
  Deliveries deliveries(clock());
  auto flow = Open("s", "c", deliveries);
  flow->Want(10);
  AwaitPull();
  flow.reset();
  PublishMany("s", 3);
  Elapse(absl::Milliseconds(30));
  EXPECT_THAT(deliveries.all, IsEmpty());
  EXPECT_THAT(deliveries.events, IsEmpty());
}

TEST_P(FlowsTest, AnExpiredPullIsAskedForAgain) {
  MakeBoth();
  Deliveries deliveries(clock());
  const FlowOptions options{.heartbeat = absl::Milliseconds(100),
                            .expires = absl::Milliseconds(200)};
  auto flow = Open("s", "c", deliveries, options);
  flow->Want(5);
  Elapse(absl::Milliseconds(500));
  PublishMany("s", 5);
  ASSERT_TRUE(Until([&] { return deliveries.all.size() == 5; }));
  EXPECT_THAT(deliveries.events, IsEmpty());
}

TEST_P(FlowsTest, FlowsOfOneClientDoNotMix) {
  MakeStream(StreamOf("s", {"s.*"}));
  MakeConsumer("s", ConsumerOf("a", {"s.a"}));
  MakeConsumer("s", ConsumerOf("b", {"s.b"}));
  MakeStream(StreamOf("t"));
  MakeConsumer("t", ConsumerOf("a", {"t"}));
  Deliveries a(clock());
  Deliveries b(clock());
  Deliveries t(clock());
  auto flow_a = Open("s", "a", a);
  auto flow_b = Open("s", "b", b);
  auto flow_t = Open("t", "a", t);
  flow_a->Want(10);
  flow_b->Want(10);
  flow_t->Want(10);
  ASSERT_THAT(Publish("s.b", "1"), IsOk());
  ASSERT_THAT(Publish("t", "2"), IsOk());
  ASSERT_THAT(Publish("s.a", "3"), IsOk());
  ASSERT_TRUE(Until([&] { return a.all.size() + b.all.size() == 2; }));
  ASSERT_TRUE(Until([&] { return t.all.size() == 1; }));
  EXPECT_THAT(a.Bodies(), ElementsAre("3"));
  EXPECT_THAT(b.Bodies(), ElementsAre("1"));
  EXPECT_THAT(t.Bodies(), ElementsAre("2"));
}

// Two clients of one consumer: what one gets the other does not.
TEST_P(FlowsTest, TwoClientsShareAConsumer) {
  MakeBoth();
  Deliveries mine(clock());
  Deliveries theirs(clock());
  auto my_flow = Open("s", "c", mine);
  auto their_flow = other().Open("s", "c", {}, theirs);
  my_flow->Want(50);
  their_flow->Want(50);
  ASSERT_TRUE(Until([&] { return Consumer("s", "c").waiting == 2; }));
  PublishMany("s", 60);
  ASSERT_TRUE(Until([&] { return mine.all.size() + theirs.all.size() == 60; }));
  // The server serves them in turn.
  EXPECT_THAT(mine.all, SizeIs(30));
  EXPECT_THAT(theirs.all, SizeIs(30));
  std::vector<uint64_t> all = mine.Sequences();
  for (const uint64_t sequence : theirs.Sequences()) all.push_back(sequence);
  std::sort(all.begin(), all.end());
  EXPECT_EQ(all, Count(1, 60));
}

TEST_P(FlowsTest, ARedeliveryGoesToWhoeverAsks) {
  MakeBoth();
  PublishMany("s", 1);
  Deliveries mine(clock());
  Deliveries theirs(clock());
  auto my_flow = Open("s", "c", mine);
  Pull(*my_flow, mine, 1);
  auto their_flow = other().Open("s", "c", {}, theirs);
  their_flow->Want(1);
  Nak(mine.Take(), absl::ZeroDuration());
  ASSERT_TRUE(Until([&] { return theirs.all.size() == 1; }));
  EXPECT_EQ(theirs.all[0].info().delivered, 2U);
}

TEST_P(FlowsTest, MaxBytesBoundsAPull) {
  MakeBoth();
  for (int i = 0; i < 10; ++i) {
    ASSERT_THAT(Publish("s", std::string(400, 'x')), IsOk());
  }
  Deliveries deliveries(clock());
  FlowOptions options;
  options.max_bytes = 1000;
  auto flow = Open("s", "c", deliveries, options);
  Pull(*flow, deliveries, 10);
  EXPECT_EQ(deliveries.Sequences(), Count(1, 10));
}

// ---- consumers that are gone

TEST_P(FlowsTest, TellsOfADeletedConsumer) {
  MakeBoth();
  Deliveries deliveries(clock());
  auto flow = Open("s", "c", deliveries);
  flow->Want(10);
  AwaitPull();
  ASSERT_THAT(Run(transport().DeleteConsumer("s", "c")), IsOk());
  ASSERT_TRUE(Until([&] { return !deliveries.events.empty(); }));
  EXPECT_THAT(deliveries.events, ElementsAre(FlowEvent::kConsumerMissing));
}

TEST_P(FlowsTest, TellsOfADeletedStream) {
  MakeBoth();
  Deliveries deliveries(clock());
  auto flow = Open("s", "c", deliveries);
  flow->Want(10);
  AwaitPull();
  ASSERT_THAT(Run(transport().DeleteStream("s")), IsOk());
  ASSERT_TRUE(Until([&] { return !deliveries.events.empty(); }));
  EXPECT_THAT(deliveries.events, ElementsAre(FlowEvent::kConsumerMissing));
}

TEST_P(FlowsTest, RestartGoesOnWithTheNewConsumer) {
  MakeBoth();
  Deliveries deliveries(clock());
  auto flow = Open("s", "c", deliveries);
  flow->Want(10);
  AwaitPull();
  ASSERT_THAT(Run(transport().DeleteConsumer("s", "c")), IsOk());
  ASSERT_TRUE(Until([&] { return !deliveries.events.empty(); }));
  MakeConsumer("s", ConsumerOf("c", {"s"}));
  PublishMany("s", 1);
  Elapse(absl::Milliseconds(30));
  EXPECT_THAT(deliveries.all, IsEmpty());
  flow->Restart();
  EXPECT_TRUE(Until([&] { return deliveries.all.size() == 1; }));
}

// A server that does not answer (2.9) is noticed by its heartbeats, and then
// the flow asks again by itself.
TEST_P(FlowsTest, AConsumerThatNeverWasIsNoticed) {
  MakeStream(StreamOf("s"));
  Deliveries deliveries(clock());
  const FlowOptions options{.heartbeat = absl::Milliseconds(100),
                            .expires = absl::Milliseconds(200)};
  auto flow = Open("s", "c", deliveries, options);
  flow->Want(1);
  ASSERT_TRUE(
      Until([&] { return !deliveries.events.empty(); }, absl::Seconds(3)));
  EXPECT_EQ(deliveries.events.front(), Has(Difference::kMissingConsumer503)
                                           ? FlowEvent::kConsumerMissing
                                           : FlowEvent::kStalled);
}

INSTANTIATE_TEST_SUITE_P(, FlowsTest, ::testing::ValuesIn(AllSides()),
                         SideName);

}  // namespace
}  // namespace walnats::contract
