// Interest and work queue: what consumers keep in a stream.

#include <gtest/gtest.h>

#include <vector>

#include "tests/jetstream_model/model_fixture.h"

namespace walnats::testing::model {
namespace {

using Sequences = std::vector<uint64_t>;

class RetentionTest : public ModelTest {
 protected:
  explicit RetentionTest(const Version& version = kNewest)
      : ModelTest(version) {}

  // Delivers what there is to the consumer.
  std::vector<Deliver> Pull(const std::string& stream,
                            const std::string& consumer) {
    EXPECT_TRUE(model_.Pull(stream, consumer, {.batch = 10, .no_wait = true},
                            {.client = 1, .subject = "in.1"}));
    return Take<Deliver>();
  }
  void AckAll(const std::string& stream, const std::string& consumer) {
    for (const Deliver& delivery : Pull(stream, consumer)) {
      EXPECT_TRUE(model_.Settle(delivery.id, transport::Ack()));
    }
  }
};

class OldRetentionTest : public RetentionTest {
 protected:
  OldRetentionTest() : RetentionTest(kOldest) {}
};

TEST_F(RetentionTest, LimitsKeepWhatIsAcked) {
  Create({.name = "A", .subjects = {"a"}});
  Consume("A", "c");
  Store("a");
  AckAll("A", "c");
  EXPECT_EQ(Held("A"), Sequences{1});
}

TEST_F(RetentionTest, InterestStoresNothingThatNobodyWants) {
  Create({.name = "A", .subjects = {"a.>"}, .retention = Retention::kInterest});
  EXPECT_EQ(Store("a.1", "1", {{"Nats-Msg-Id", "i"}}), 1u);
  Consume("A", "c", {"a.2"});
  EXPECT_EQ(Store("a.1"), 2u);
  EXPECT_EQ(Store("a.2"), 3u);
  EXPECT_EQ(Held("A"), Sequences{3});
  EXPECT_EQ(Store("a.1", "1", {{"Nats-Msg-Id", "i"}}), 1u);
}

TEST_F(OldRetentionTest, DuplicateOfWhatNobodyWantedHasNoSequence) {
  Create({.name = "A", .subjects = {"a"}, .retention = Retention::kInterest});
  EXPECT_EQ(Store("a", "1", {{"Nats-Msg-Id", "i"}}), 1u);
  const PublishAnswer again = Publish("a", "1", {{"Nats-Msg-Id", "i"}});
  ASSERT_TRUE(again.ok());
  EXPECT_TRUE(std::get<Published>(*again).ack.duplicate);
  EXPECT_EQ(SequenceOf(again), 0u);
}

TEST_F(RetentionTest, FullStreamStillAcksWhatNobodyWants) {
  Create({.name = "A",
          .subjects = {"a.>"},
          .retention = Retention::kInterest,
          .discard = Discard::kNew,
          .max_messages = 1});
  Consume("A", "c", {"a.1"});
  EXPECT_EQ(Store("a.1"), 1u);
  EXPECT_EQ(CodeOf(Publish("a.1")), 10077);
  EXPECT_EQ(Store("a.2"), 2u);
}

TEST_F(RetentionTest, InterestEndsWithTheLastAck) {
  Create({.name = "A", .subjects = {"a"}, .retention = Retention::kInterest});
  Consume("A", "one");
  Consume("A", "two");
  Store("a");
  Store("a");
  AckAll("A", "one");
  EXPECT_EQ(Held("A"), (Sequences{1, 2}));
  AckAll("A", "two");
  EXPECT_EQ(Held("A"), Sequences{});
  EXPECT_EQ(Info("A").last_sequence, 2u);
}

TEST_F(RetentionTest, InterestEndsWithItsConsumer) {
  Create({.name = "A", .subjects = {"a"}, .retention = Retention::kInterest});
  Consume("A", "one");
  Consume("A", "two");
  Store("a");
  AckAll("A", "one");
  ASSERT_TRUE(model_.DeleteConsumer("A", "two").ok());
  EXPECT_EQ(Held("A"), Sequences{});
}

TEST_F(RetentionTest, InterestOfOneThatDoesNotAckEndsWithDelivery) {
  Create({.name = "A", .subjects = {"a"}, .retention = Retention::kInterest});
  ASSERT_TRUE(
      model_
          .PutConsumer("A", {.name = "c", .ack = transport::AckPolicy::kNone},
                       ConsumerAction::kCreate)
          .ok());
  Store("a");
  EXPECT_EQ(Held("A"), Sequences{1});
  EXPECT_EQ(Pull("A", "c").size(), 1u);
  EXPECT_EQ(Held("A"), Sequences{});
}

TEST_F(RetentionTest, WorkQueueKeepsUntilOneHasAcked) {
  Create(
      {.name = "A", .subjects = {"a.>"}, .retention = Retention::kWorkQueue});
  Store("a.1");
  Store("a.2");
  EXPECT_EQ(Held("A"), (Sequences{1, 2}));
  Consume("A", "one", {"a.1"});
  AckAll("A", "one");
  EXPECT_EQ(Held("A"), Sequences{2});
  ASSERT_TRUE(model_.DeleteConsumer("A", "one").ok());
  EXPECT_EQ(Held("A"), Sequences{2});
}

TEST_F(RetentionTest, TermAlsoEndsIt) {
  Create({.name = "A", .subjects = {"a"}, .retention = Retention::kWorkQueue});
  Consume("A", "c");
  Store("a");
  const std::vector<Deliver> deliveries = Pull("A", "c");
  ASSERT_EQ(deliveries.size(), 1u);
  model_.Settle(deliveries[0].id, transport::Nak{absl::Seconds(1)});
  EXPECT_EQ(Held("A"), Sequences{1});
  Elapse(absl::Seconds(1));
  const std::vector<Deliver> again = Pull("A", "c");
  ASSERT_EQ(again.size(), 1u);
  model_.Settle(again[0].id, transport::Term());
  EXPECT_EQ(Held("A"), Sequences{});
}

TEST_F(RetentionTest, UpdateToInterestRemovesWhatNobodyWants) {
  Create({.name = "A", .subjects = {"a.>"}});
  Store("a.1");
  Store("a.2");
  Consume("A", "c", {"a.2"});
  ASSERT_TRUE(model_
                  .UpdateStream({.name = "A",
                                 .subjects = {"a.>"},
                                 .retention = Retention::kInterest})
                  .ok());
  EXPECT_EQ(Held("A"), Sequences{2});
}

}  // namespace
}  // namespace walnats::testing::model
