// What leaves a stream by itself: limits, and what nobody needs any more.

#include <string>

#include "tests/contract/contract_fixture.h"

namespace walnats::contract {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using transport::ConsumerConfig;
using transport::StreamConfig;

class Limits : public Contract {
 protected:
  // Acks the first `count` deliveries to the consumer.
  void Consume(const std::string& stream, const std::string& consumer,
               int count) {
    Deliveries deliveries(clock());
    auto flow = Open(stream, consumer, deliveries);
    Pull(*flow, deliveries, count);
    while (!deliveries.all.empty()) {
      EXPECT_THAT(Run(transport().AckSync(deliveries.Take())), IsOk());
    }
  }
  bool Holds(const std::string& stream, std::vector<uint64_t> sequences) {
    return Until([&] { return Sequences(stream) == sequences; });
  }
  static StreamConfig InterestOf(const std::string& name,
                                 std::vector<std::string> subjects = {}) {
    StreamConfig config = StreamOf(name, std::move(subjects));
    config.retention = Retention::kInterest;
    return config;
  }
  static StreamConfig WorkQueueOf(const std::string& name,
                                  std::vector<std::string> subjects = {}) {
    StreamConfig config = StreamOf(name, std::move(subjects));
    config.retention = Retention::kWorkQueue;
    return config;
  }
};

TEST_P(Limits, TheOldestMakeRoom) {
  StreamConfig config = StreamOf("s");
  config.max_messages = 3;
  MakeStream(config);
  PublishMany("s", 5);
  EXPECT_THAT(Sequences("s"), ElementsAre(3, 4, 5));
  EXPECT_EQ(Stream("s").first_sequence, 3U);
}

TEST_P(Limits, TheOldestMakeRoomForBytes) {
  StreamConfig config = StreamOf("s");
  config.max_bytes = 1000;
  MakeStream(config);
  for (int i = 0; i < 5; ++i) {
    ASSERT_THAT(Publish("s", std::string(300, 'x')), IsOk());
  }
  EXPECT_THAT(Sequences("s"), ElementsAre(3, 4, 5));
  EXPECT_LE(Stream("s").bytes, 1000U);
}

TEST_P(Limits, EachSubjectKeepsItsNewest) {
  StreamConfig config = StreamOf("s", {"s.*"});
  config.max_messages_per_subject = 2;
  MakeStream(config);
  PublishMany("s.a", 3);
  PublishMany("s.b", 1);
  PublishMany("s.a", 1);
  EXPECT_THAT(Sequences("s"), ElementsAre(3, 4, 5));
}

TEST_P(Limits, OldAgeTakesAway) {
  StreamConfig config = StreamOf("s");
  config.max_age = absl::Milliseconds(300);
  config.duplicate_window = absl::Milliseconds(300);
  MakeStream(config);
  PublishMany("s", 2);
  EXPECT_EQ(Stream("s").messages, 2U);
  ASSERT_TRUE(Until([&] { return Stream("s").messages == 0; }));
  EXPECT_EQ(Stream("s").first_sequence, 3U);
  EXPECT_EQ(Stream("s").last_sequence, 2U);
  ASSERT_THAT(Publish("s", ""), IsOk());
  EXPECT_THAT(Sequences("s"), ElementsAre(3));
}

TEST_P(Limits, WhatWasTakenAwayIsNotDelivered) {
  StreamConfig config = StreamOf("s");
  config.max_messages = 2;
  MakeStream(config);
  MakeConsumer("s", ConsumerOf("c", {"s"}));
  PublishMany("s", 5);
  EXPECT_EQ(Consumer("s", "c").pending, 2U);
  Deliveries deliveries(clock());
  auto flow = Open("s", "c", deliveries);
  Pull(*flow, deliveries, 2);
  EXPECT_THAT(deliveries.Sequences(), ElementsAre(4, 5));
}

// ---- interest

TEST_P(Limits, WithoutInterestNothingStays) {
  MakeStream(InterestOf("s"));
  const auto ack = Publish("s", "");
  ASSERT_THAT(ack, IsOk());
  EXPECT_EQ(Stream("s").messages, 0U);
}

TEST_P(Limits, WhatEverybodyAckedLeaves) {
  MakeStream(InterestOf("s"));
  MakeConsumer("s", ConsumerOf("a", {"s"}));
  MakeConsumer("s", ConsumerOf("b", {"s"}));
  PublishMany("s", 3);
  Consume("s", "a", 2);
  EXPECT_THAT(Sequences("s"), ElementsAre(1, 2, 3));
  Consume("s", "b", 1);
  EXPECT_TRUE(Holds("s", {2, 3}));
  Consume("s", "b", 1);
  EXPECT_TRUE(Holds("s", {3}));
}

TEST_P(Limits, InterestIsInSubjects) {
  MakeStream(InterestOf("s", {"s.*"}));
  MakeConsumer("s", ConsumerOf("a", {"s.a"}));
  PublishMany("s.a", 1);
  PublishMany("s.b", 1);
  EXPECT_EQ(Stream("s").messages, 1U);
  Consume("s", "a", 1);
  EXPECT_TRUE(Until([&] { return Stream("s").messages == 0; }));
}

TEST_P(Limits, TheEndOfInterestIsTheEndOfItsMessages) {
  MakeStream(InterestOf("s"));
  MakeConsumer("s", ConsumerOf("a", {"s"}));
  MakeConsumer("s", ConsumerOf("b", {"s"}));
  PublishMany("s", 3);
  Consume("s", "a", 3);
  EXPECT_THAT(Sequences("s"), ElementsAre(1, 2, 3));
  ASSERT_THAT(Run(transport().DeleteConsumer("s", "b")), IsOk());
  EXPECT_TRUE(Until([&] { return Stream("s").messages == 0; }));
}

TEST_P(Limits, ATermEndsInterest) {
  MakeStream(InterestOf("s"));
  MakeConsumer("s", ConsumerOf("a", {"s"}));
  PublishMany("s", 2);
  Deliveries deliveries(clock());
  auto flow = Open("s", "a", deliveries);
  Pull(*flow, deliveries, 2);
  Term(deliveries.Take(1));
  EXPECT_TRUE(Holds("s", {2}));
}

TEST_P(Limits, InterestHasLimits) {
  StreamConfig config = InterestOf("s");
  config.max_messages = 2;
  MakeStream(config);
  MakeConsumer("s", ConsumerOf("a", {"s"}));
  PublishMany("s", 3);
  EXPECT_THAT(Sequences("s"), ElementsAre(2, 3));
}

// ---- work queue

TEST_P(Limits, AWorkQueueKeepsWhatNobodyHasDone) {
  MakeStream(WorkQueueOf("s"));
  PublishMany("s", 3);
  EXPECT_THAT(Sequences("s"), ElementsAre(1, 2, 3));
  MakeConsumer("s", ConsumerOf("a", {"s"}));
  Consume("s", "a", 2);
  EXPECT_TRUE(Holds("s", {3}));
  ASSERT_THAT(Run(transport().DeleteConsumer("s", "a")), IsOk());
  EXPECT_THAT(Sequences("s"), ElementsAre(3));
}

TEST_P(Limits, AWorkQueueHasOneConsumerPerSubject) {
  MakeStream(WorkQueueOf("s", {"s.*"}));
  MakeConsumer("s", ConsumerOf("a", {"s.a"}));
  MakeConsumer("s", ConsumerOf("b", {"s.b"}));
  EXPECT_THAT(Run(transport().CreateConsumer("s", ConsumerOf("c", {"s.a"}))),
              IsRefused(StatusCode::kFailedPrecondition, 10100));
  EXPECT_THAT(Run(transport().CreateConsumer("s", ConsumerOf("c", {"s.*"}))),
              IsRefused(StatusCode::kFailedPrecondition, 10100));
  MakeConsumer("s", ConsumerOf("c", {"s.c"}));
}

TEST_P(Limits, AWorkQueueDeliversAll) {
  MakeStream(WorkQueueOf("s"));
  ConsumerConfig config = ConsumerOf("a", {"s"});
  config.deliver = transport::DeliverPolicy::kNew;
  EXPECT_THAT(Run(transport().CreateConsumer("s", config)),
              IsRefused(StatusCode::kFailedPrecondition, 10101));
}

TEST_P(Limits, AWorkQueueNeedsAcks) {
  MakeStream(WorkQueueOf("s"));
  ConsumerConfig config = ConsumerOf("a", {"s"});
  config.ack = transport::AckPolicy::kNone;
  EXPECT_THAT(Run(transport().CreateConsumer("s", config)),
              IsRefused(StatusCode::kFailedPrecondition, 10084));
}

TEST_P(Limits, AFullWorkQueueRefusesUntilSomethingIsDone) {
  StreamConfig config = WorkQueueOf("s");
  config.discard = Discard::kNew;
  config.max_messages = 2;
  MakeStream(config);
  MakeConsumer("s", ConsumerOf("a", {"s"}));
  PublishMany("s", 2);
  EXPECT_THAT(Publish("s", ""),
              IsRefused(StatusCode::kResourceExhausted, 10077));
  Consume("s", "a", 1);
  EXPECT_TRUE(Until([&] { return Publish("s", "").ok(); }));
}

TEST_P(Limits, AConsumerTooManyIsRefused) {
  StreamConfig config = StreamOf("s");
  config.max_consumers = 2;
  MakeStream(config);
  MakeConsumer("s", ConsumerOf("a", {"s"}));
  MakeConsumer("s", ConsumerOf("b", {"s"}));
  EXPECT_THAT(Run(transport().CreateConsumer("s", ConsumerOf("c", {"s"}))),
              IsRefused(StatusCode::kResourceExhausted, 10026));
  ASSERT_THAT(Run(transport().DeleteConsumer("s", "a")), IsOk());
  MakeConsumer("s", ConsumerOf("c", {"s"}));
}

// Where the stream's configuration says nothing.
TEST_P(Limits, NewServersHaveAThousandConsumersAtMost) {
  MakeStream(StreamOf("s"));
  ConsumerConfig config = ConsumerOf("c", {"s"});
  config.memory_storage = true;
  for (int i = 0; i < 1000; ++i) {
    config.name = "c" + std::to_string(i);
    MakeConsumer("s", config);
  }
  config.name = "one-more";
  const auto info = Run(transport().CreateConsumer("s", config));
  if (Has(Difference::kConsumersBounded)) {
    EXPECT_THAT(info, IsRefused(StatusCode::kResourceExhausted, 10026));
  } else {
    EXPECT_THAT(info, IsOk());
  }
}

INSTANTIATE_TEST_SUITE_P(, Limits, ::testing::ValuesIn(AllSides()), SideName);

}  // namespace
}  // namespace walnats::contract
