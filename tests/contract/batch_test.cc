// PublishBatch: all or nothing.

#include <string>

#include "tests/contract/contract_fixture.h"

namespace walnats::contract {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using transport::Outgoing;

class BatchTest : public Contract {
 protected:
  void SetUp() override {
    ASSERT_NO_FATAL_FAILURE(Contract::SetUp());
    transport::StreamConfig config = StreamOf("s", {"s.*"});
    config.allow_atomic = true;
    MakeStream(config);
  }
  absl::StatusOr<transport::PubAck> PublishBatch(
      const std::vector<std::string>& subjects, transport::Expect expect = {}) {
    std::vector<Outgoing> messages;
    for (const std::string& subject : subjects) {
      messages.push_back(
          {.subject = subject, .headers = {}, .body = subject, .reply = {}});
    }
    return Run(transport().PublishBatch(messages, expect));
  }
};

// Old servers have no such verb.
using NoBatchTest = Contract;

TEST_P(NoBatchTest, IsUnimplemented) {
  ASSERT_FALSE(Has(Difference::kAtomicBatch));
  MakeStream(StreamOf("s"));
  const Outgoing messages[] = {
      {.subject = "s", .headers = {}, .body = {}, .reply = {}}};
  EXPECT_THAT(Run(transport().PublishBatch(messages, {})),
              IsRefused(StatusCode::kUnimplemented, 0));
  EXPECT_EQ(Stream("s").messages, 0U);
}

TEST_P(BatchTest, IsStoredAsAWhole) {
  const auto ack = PublishBatch({"s.a", "s.b", "s.a"});
  ASSERT_THAT(ack, IsOk());
  EXPECT_EQ(ack->stream, "s");
  EXPECT_EQ(ack->sequence, 3U);
  EXPECT_THAT(Sequences("s"), ElementsAre(1, 2, 3));
  EXPECT_EQ(Run(transport().GetMessage("s", {.sequence = 2}))->body, "s.b");
}

TEST_P(BatchTest, MayBeOfOne) {
  const auto ack = PublishBatch({"s.a"});
  ASSERT_THAT(ack, IsOk());
  EXPECT_EQ(ack->sequence, 1U);
}

TEST_P(BatchTest, MayBeOfAThousand) {
  const auto ack = PublishBatch(std::vector<std::string>(1000, "s.a"));
  ASSERT_THAT(ack, IsOk());
  EXPECT_EQ(ack->sequence, 1000U);
  EXPECT_EQ(Stream("s").messages, 1000U);
}

TEST_P(BatchTest, IsNeitherEmptyNorLarger) {
  EXPECT_THAT(PublishBatch({}), HasCode(StatusCode::kFailedPrecondition));
  EXPECT_THAT(PublishBatch(std::vector<std::string>(1001, "s.a")),
              HasCode(StatusCode::kFailedPrecondition));
  EXPECT_EQ(Stream("s").messages, 0U);
}

TEST_P(BatchTest, HoldsItsExpectation) {
  ASSERT_THAT(Publish("s.a", ""), IsOk());
  EXPECT_THAT(PublishBatch({"s.a", "s.b"}, {.last_sequence = 0}),
              IsRefused(StatusCode::kAborted, 10071));
  EXPECT_THAT(Sequences("s"), ElementsAre(1));
  EXPECT_THAT(PublishBatch({"s.a", "s.b"}, {.last_sequence = 1}), IsOk());
  EXPECT_THAT(PublishBatch({"s.a", "s.b"}, {.subject_last_sequence = 1}),
              HasCode(StatusCode::kAborted));
  EXPECT_THAT(PublishBatch({"s.a", "s.b"}, {.subject_last_sequence = 2}),
              IsOk());
  EXPECT_THAT(Sequences("s"), ElementsAre(1, 2, 3, 4, 5));
}

TEST_P(BatchTest, MustBeAllowed) {
  MakeStream(StreamOf("t"));
  EXPECT_THAT(PublishBatch({"t", "t"}),
              IsRefused(StatusCode::kFailedPrecondition, 10174));
  EXPECT_EQ(Stream("t").messages, 0U);
}

TEST_P(BatchTest, IsUnavailableWhereNoStreamTakesIt) {
  EXPECT_THAT(PublishBatch({"nobody", "nobody"}),
              HasCode(StatusCode::kUnavailable));
}

TEST_P(BatchTest, IsDeliveredInOrder) {
  MakeConsumer("s", ConsumerOf("c", {"s.*"}));
  Deliveries deliveries(clock());
  auto flow = Open("s", "c", deliveries);
  flow->Want(10);
  ASSERT_THAT(PublishBatch({"s.a", "s.b", "s.c"}), IsOk());
  ASSERT_TRUE(Until([&] { return deliveries.all.size() == 3; }));
  EXPECT_THAT(deliveries.Bodies(), ElementsAre("s.a", "s.b", "s.c"));
}

TEST_P(BatchTest, TwoFollowEachOther) {
  ASSERT_THAT(PublishBatch({"s.a", "s.b"}), IsOk());
  const auto ack = PublishBatch({"s.a", "s.b"});
  ASSERT_THAT(ack, IsOk());
  EXPECT_EQ(ack->sequence, 4U);
}

INSTANTIATE_TEST_SUITE_P(, BatchTest, ::testing::ValuesIn(NewSides()),
                         SideName);
INSTANTIATE_TEST_SUITE_P(, NoBatchTest, ::testing::ValuesIn(OldSides()),
                         SideName);

}  // namespace
}  // namespace walnats::contract
