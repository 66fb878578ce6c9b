// What a delivery carries, and where a consumer begins.

#include <string>

#include "tests/contract/contract_fixture.h"

namespace walnats::contract {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::Pair;

using transport::ConsumerConfig;
using transport::DeliverPolicy;
using transport::Delivery;

class DeliveryTest : public Contract {
 protected:
  // Stream "s" of "s.*" holding a1 b2 a3 b4 a5.
  void MakeMixed() {
    MakeStream(StreamOf("s", {"s.*"}));
    for (const char* subject : {"s.a", "s.b", "s.a", "s.b", "s.a"}) {
      ASSERT_THAT(Publish(subject, subject), IsOk());
    }
  }
  // The sequences that a new consumer brings at first, `count` of them.
  std::vector<uint64_t> First(const ConsumerConfig& config, int count) {
    MakeConsumer("s", config);
    Deliveries deliveries(clock());
    auto flow = Open("s", config.name, deliveries);
    Pull(*flow, deliveries, count);
    return deliveries.Sequences();
  }
};

// For what old servers lack.
using NewDeliveryTest = DeliveryTest;

TEST_P(DeliveryTest, SaysWhereItComesFrom) {
  MakeMixed();
  MakeConsumer("s", ConsumerOf("c", {"s.a"}));
  const transport::StoredMessage stored =
      *Run(transport().GetMessage("s", {.sequence = 3}));
  Deliveries deliveries(clock());
  auto flow = Open("s", "c", deliveries);
  Pull(*flow, deliveries, 2);
  const Delivery delivery = deliveries.Take(3);
  EXPECT_EQ(delivery.message().subject(), "s.a");
  EXPECT_EQ(delivery.message().body(), "s.a");
  EXPECT_EQ(delivery.info().stream, "s");
  EXPECT_EQ(delivery.info().consumer, "c");
  EXPECT_EQ(delivery.info().stream_sequence, 3U);
  EXPECT_EQ(delivery.info().consumer_sequence, 2U);
  EXPECT_EQ(delivery.info().delivered, 1U);
  EXPECT_EQ(delivery.info().pending, 1U);
  EXPECT_EQ(delivery.info().time, stored.time);
}

TEST_P(DeliveryTest, CarriesEveryByteAndEveryHeader) {
  MakeStream(StreamOf("s"));
  MakeConsumer("s", ConsumerOf("c", {"s"}));
  std::string body;
  for (int byte = 0; byte < 256; ++byte) {
    body.push_back(static_cast<char>(byte));
  }
  ASSERT_THAT(Publish({.subject = "s",
                       .body = body,
                       .headers = {{"A", "1: 2"}, {"b", "x y"}},
                       .expect = {.message_id = "id"}}),
              IsOk());
  Deliveries deliveries(clock());
  auto flow = Open("s", "c", deliveries);
  Pull(*flow, deliveries, 1);
  const transport::Message& message = deliveries.all[0].message();
  EXPECT_EQ(message.body(), body);
  std::map<std::string, std::string> headers;
  message.VisitHeaders([&](const Header& header) {
    headers.emplace(header.name, header.value);
  });
  EXPECT_THAT(headers, ElementsAre(Pair("A", "1: 2"), Pair("Nats-Msg-Id", "id"),
                                   Pair("b", "x y")));
  EXPECT_EQ(message.header("A"), "1: 2");
  EXPECT_EQ(message.header("a"), std::nullopt);
}

TEST_P(DeliveryTest, CarriesEmptyAndLargeBodies) {
  MakeStream(StreamOf("s"));
  MakeConsumer("s", ConsumerOf("c", {"s"}));
  const std::string large(900'000, 'x');
  ASSERT_THAT(Publish("s", ""), IsOk());
  ASSERT_THAT(Publish("s", large), IsOk());
  Deliveries deliveries(clock());
  auto flow = Open("s", "c", deliveries);
  Pull(*flow, deliveries, 2);
  EXPECT_THAT(deliveries.Bodies(), ElementsAre("", large));
}

TEST_P(DeliveryTest, OfHeadersOnlyLeavesTheBodyOut) {
  MakeStream(StreamOf("s"));
  ConsumerConfig config = ConsumerOf("c", {"s"});
  config.headers_only = true;
  MakeConsumer("s", config);
  ASSERT_THAT(
      Publish(
          {.subject = "s", .body = "twelve bytes", .headers = {{"A", "1"}}}),
      IsOk());
  Deliveries deliveries(clock());
  auto flow = Open("s", "c", deliveries);
  Pull(*flow, deliveries, 1);
  const transport::Message& message = deliveries.all[0].message();
  EXPECT_EQ(message.body(), "");
  EXPECT_EQ(message.header("A"), "1");
  EXPECT_EQ(message.header("Nats-Msg-Size"), "12");
}

TEST_P(DeliveryTest, CountsWhatIsLeft) {
  MakeStream(StreamOf("s"));
  MakeConsumer("s", ConsumerOf("c", {"s"}));
  PublishMany("s", 3);
  Deliveries deliveries(clock());
  auto flow = Open("s", "c", deliveries);
  Pull(*flow, deliveries, 3);
  std::vector<uint64_t> pending;
  for (const Delivery& delivery : deliveries.all) {
    pending.push_back(delivery.info().pending);
  }
  EXPECT_THAT(pending, ElementsAre(2, 1, 0));
  EXPECT_EQ(Consumer("s", "c").pending, 0U);
  EXPECT_EQ(Consumer("s", "c").ack_pending, 3);
  EXPECT_EQ(Consumer("s", "c").delivered_stream_sequence, 3U);
}

// ---- where it begins

TEST_P(DeliveryTest, OfAllBeginsWithTheFirst) {
  MakeMixed();
  EXPECT_THAT(First(ConsumerOf("c", {"s.*"}), 5), ElementsAre(1, 2, 3, 4, 5));
}

TEST_P(DeliveryTest, OfNewBeginsWithWhatComesThen) {
  MakeMixed();
  ConsumerConfig config = ConsumerOf("c", {"s.*"});
  config.deliver = DeliverPolicy::kNew;
  MakeConsumer("s", config);
  EXPECT_EQ(Consumer("s", "c").pending, 0U);
  PublishMany("s.a", 1);
  Deliveries deliveries(clock());
  auto flow = Open("s", "c", deliveries);
  Pull(*flow, deliveries, 1);
  EXPECT_THAT(deliveries.Sequences(), ElementsAre(6));
}

TEST_P(DeliveryTest, OfTheLastBeginsWithIt) {
  MakeMixed();
  ConsumerConfig config = ConsumerOf("c", {"s.b"});
  config.deliver = DeliverPolicy::kLast;
  EXPECT_THAT(First(config, 1), ElementsAre(4));
  PublishMany("s.b", 1);
  config.name = "d";
  config.filter_subjects = {"s.*"};
  EXPECT_THAT(First(config, 1), ElementsAre(6));
}

TEST_P(DeliveryTest, OfTheLastPerSubjectBringsThemInOrder) {
  MakeMixed();
  ConsumerConfig config = ConsumerOf("c", {"s.*"});
  config.deliver = DeliverPolicy::kLastPerSubject;
  MakeConsumer("s", config);
  EXPECT_EQ(Consumer("s", "c").pending, 2U);
  Deliveries deliveries(clock());
  auto flow = Open("s", "c", deliveries);
  Pull(*flow, deliveries, 2);
  EXPECT_THAT(deliveries.Sequences(), ElementsAre(4, 5));
  PublishMany("s.a", 2);
  Pull(*flow, deliveries, 2);
  EXPECT_THAT(deliveries.Sequences(), ElementsAre(4, 5, 6, 7));
}

TEST_P(DeliveryTest, BySequenceBeginsThere) {
  MakeMixed();
  ConsumerConfig config = ConsumerOf("c", {"s.a"});
  config.deliver = DeliverPolicy::kBySequence;
  config.start_sequence = 2;
  EXPECT_THAT(First(config, 2), ElementsAre(3, 5));
}

TEST_P(DeliveryTest, BySequenceMayBeginWithWhatIsNotThereYet) {
  MakeMixed();
  ConsumerConfig config = ConsumerOf("c", {"s.*"});
  config.deliver = DeliverPolicy::kBySequence;
  config.start_sequence = 6;
  MakeConsumer("s", config);
  EXPECT_EQ(Consumer("s", "c").pending, 0U);
  PublishMany("s.a", 2);
  Deliveries deliveries(clock());
  auto flow = Open("s", "c", deliveries);
  Pull(*flow, deliveries, 2);
  EXPECT_THAT(deliveries.Sequences(), ElementsAre(6, 7));
}

TEST_P(DeliveryTest, ByTimeBeginsWithWhatWasStoredThen) {
  MakeMixed();
  Elapse(absl::Milliseconds(5));
  PublishMany("s.a", 2);
  ConsumerConfig config = ConsumerOf("c", {"s.*"});
  config.deliver = DeliverPolicy::kByTime;
  config.start_time = Run(transport().GetMessage("s", {.sequence = 6}))->time;
  EXPECT_THAT(First(config, 2), ElementsAre(6, 7));
  config.name = "d";
  config.start_time += absl::Hours(1);
  MakeConsumer("s", config);
  EXPECT_EQ(Consumer("s", "d").pending, 0U);
}

// ---- filters

TEST_P(DeliveryTest, ComesOfWhatTheFilterMatches) {
  MakeStream(StreamOf("s", {"s.>"}));
  for (const char* subject : {"s.a", "s.a.1", "s.b", "s.b.1", "s.a.2"}) {
    ASSERT_THAT(Publish(subject, ""), IsOk());
  }
  struct Case {
    std::string name;
    std::string filter;
    std::vector<uint64_t> sequences;
  };
  for (const Case& c : std::vector<Case>{{"a", "s.a", {1}},
                                         {"b", "s.a.*", {2, 5}},
                                         {"c", "s.*", {1, 3}},
                                         {"d", "s.*.1", {2, 4}},
                                         {"e", "s.>", {1, 2, 3, 4, 5}},
                                         {"f", ">", {1, 2, 3, 4, 5}}}) {
    const int count = static_cast<int>(c.sequences.size());
    EXPECT_THAT(First(ConsumerOf(c.name, {c.filter}), count),
                ElementsAreArray(c.sequences))
        << c.filter;
    EXPECT_EQ(Consumer("s", c.name).pending, 0U) << c.filter;
  }
}

TEST_P(NewDeliveryTest, ComesOfSeveralFiltersInOrder) {
  MakeStream(StreamOf("s", {"s.*"}));
  for (const char* subject : {"s.a", "s.b", "s.c", "s.a", "s.c"}) {
    ASSERT_THAT(Publish(subject, ""), IsOk());
  }
  EXPECT_THAT(First(ConsumerOf("c", {"s.c", "s.a"}), 4),
              ElementsAre(1, 3, 4, 5));
}

TEST_P(DeliveryTest, SkipsWhatWasErased) {
  MakeMixed();
  MakeConsumer("s", ConsumerOf("c", {"s.*"}));
  ASSERT_THAT(Run(transport().EraseMessage("s", 2)), IsOk());
  ASSERT_THAT(Run(transport().EraseMessage("s", 3)), IsOk());
  EXPECT_TRUE(Until([&] { return Consumer("s", "c").pending == 3; }));
  Deliveries deliveries(clock());
  auto flow = Open("s", "c", deliveries);
  Pull(*flow, deliveries, 3);
  EXPECT_THAT(deliveries.Sequences(), ElementsAre(1, 4, 5));
}

TEST_P(DeliveryTest, SkipsWhatWasPurged) {
  MakeMixed();
  MakeConsumer("s", ConsumerOf("c", {"s.*"}));
  ASSERT_THAT(Run(transport().PurgeStream("s", {.up_to = 4})), IsOk());
  EXPECT_TRUE(Until([&] { return Consumer("s", "c").pending == 2; }));
  Deliveries deliveries(clock());
  auto flow = Open("s", "c", deliveries);
  Pull(*flow, deliveries, 2);
  EXPECT_THAT(deliveries.Sequences(), ElementsAre(4, 5));
}

TEST_P(DeliveryTest, DoesNotMindAPurgeOfOtherSubjects) {
  MakeMixed();
  MakeConsumer("s", ConsumerOf("c", {"s.b"}));
  ASSERT_THAT(Run(transport().PurgeStream("s", {.filter = "s.a"})), IsOk());
  EXPECT_EQ(Consumer("s", "c").pending, 2U);
  Deliveries deliveries(clock());
  auto flow = Open("s", "c", deliveries);
  Pull(*flow, deliveries, 2);
  EXPECT_THAT(deliveries.Sequences(), ElementsAre(2, 4));
}

INSTANTIATE_TEST_SUITE_P(, DeliveryTest, ::testing::ValuesIn(AllSides()),
                         SideName);
INSTANTIATE_TEST_SUITE_P(, NewDeliveryTest, ::testing::ValuesIn(NewSides()),
                         SideName);

}  // namespace
}  // namespace walnats::contract
