// StopDeliveries: the end of interest, for a drain that loses nothing.

#include <string>

#include "tests/contract/contract_fixture.h"

namespace walnats::contract {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

class DrainTest : public Contract {
 protected:
  // Stream "s" with consumer "c", for which a delivery that gets lost is lost
  // for the length of a test.
  void MakeBoth() {
    MakeStream(StreamOf("s"));
    transport::ConsumerConfig config = ConsumerOf("c", {"s"});
    config.ack_wait = absl::Minutes(10);
    MakeConsumer("s", config);
  }
  absl::Status StopDeliveries() {
    return Run(transport().StopDeliveries(absl::Seconds(5)));
  }
};

TEST_P(DrainTest, EndsThePulls) {
  MakeBoth();
  Deliveries deliveries(clock());
  auto flow = Open("s", "c", deliveries);
  flow->Want(10);
  ASSERT_TRUE(Until([&] { return Consumer("s", "c").waiting == 1; }));
  EXPECT_THAT(StopDeliveries(), IsOk());
  EXPECT_TRUE(Until([&] { return Consumer("s", "c").waiting == 0; }));
  PublishMany("s", 3);
  Elapse(absl::Milliseconds(30));
  EXPECT_THAT(deliveries.all, IsEmpty());
  EXPECT_EQ(Consumer("s", "c").ack_pending, 0);
}

TEST_P(DrainTest, LosesNothingOfABacklog) {
  MakeBoth();
  PublishMany("s", 1000);
  Deliveries deliveries(clock());
  auto flow = Open("s", "c", deliveries);
  flow->Want(600);
  ASSERT_TRUE(Until([&] { return deliveries.all.size() >= 50; }));
  EXPECT_THAT(StopDeliveries(), IsOk());
  const std::size_t got = deliveries.all.size();
  // Every delivery that the server counts has come.
  EXPECT_EQ(Consumer("s", "c").ack_pending, static_cast<int64_t>(got));
}

TEST_P(DrainTest, WhatIsHandedBackDoesNotReturn) {
  MakeBoth();
  PublishMany("s", 10);
  Deliveries deliveries(clock());
  auto flow = Open("s", "c", deliveries);
  flow->Want(20);
  ASSERT_TRUE(Until([&] { return deliveries.all.size() == 10; }));
  EXPECT_THAT(StopDeliveries(), IsOk());
  while (!deliveries.all.empty()) {
    Nak(deliveries.Take(), absl::ZeroDuration());
  }
  Elapse(absl::Milliseconds(30));
  EXPECT_THAT(deliveries.all, IsEmpty());
  // Another client gets it.
  Deliveries theirs(clock());
  auto their_flow = other().Open("s", "c", {}, theirs);
  their_flow->Want(10);
  EXPECT_TRUE(Until([&] { return theirs.all.size() == 10; }));
}

TEST_P(DrainTest, WhatRunsCanStillBeSettled) {
  MakeBoth();
  PublishMany("s", 2);
  Deliveries deliveries(clock());
  auto flow = Open("s", "c", deliveries);
  Pull(*flow, deliveries, 2);
  EXPECT_THAT(StopDeliveries(), IsOk());
  EXPECT_TRUE(transport().InProgress(deliveries.all[0]));
  Ack(deliveries.Take());
  EXPECT_THAT(Run(transport().AckSync(deliveries.Take())), IsOk());
  EXPECT_TRUE(Until([&] { return Consumer("s", "c").ack_pending == 0; }));
}

TEST_P(DrainTest, AFlowOpenedAfterwardsWorks) {
  MakeBoth();
  PublishMany("s", 2);
  EXPECT_THAT(StopDeliveries(), IsOk());
  Deliveries deliveries(clock());
  auto flow = Open("s", "c", deliveries);
  Pull(*flow, deliveries, 2);
  EXPECT_THAT(deliveries.all, SizeIs(2));
}

INSTANTIATE_TEST_SUITE_P(, DrainTest, ::testing::ValuesIn(AllSides()),
                         SideName);

}  // namespace
}  // namespace walnats::contract
