// Consumers: made, found, listed, paused, reset, deleted.

#include <string>

#include "absl/strings/str_cat.h"
#include "tests/contract/contract_fixture.h"

namespace walnats::contract {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using transport::ConsumerConfig;
using transport::ConsumerInfo;
using transport::DeliverPolicy;

using ConsumersTest = Contract;

ConsumerConfig FullConfig() {
  ConsumerConfig config;
  config.name = "full";
  config.description = "Everything \"said\".";
  config.filter_subjects = {"s.a"};
  config.deliver = DeliverPolicy::kBySequence;
  config.start_sequence = 5;
  config.ack_wait = absl::Seconds(3);
  config.max_deliver = 7;
  config.max_ack_pending = 100;
  config.inactive_threshold = absl::Hours(1);
  config.memory_storage = true;
  config.headers_only = true;
  return config;
}

void ExpectSame(const ConsumerConfig& got, const ConsumerConfig& want) {
  EXPECT_EQ(got.name, want.name);
  EXPECT_EQ(got.durable, want.durable);
  EXPECT_EQ(got.description, want.description);
  EXPECT_EQ(got.filter_subjects, want.filter_subjects);
  EXPECT_EQ(got.deliver, want.deliver);
  EXPECT_EQ(got.start_sequence, want.start_sequence);
  EXPECT_EQ(got.ack, want.ack);
  EXPECT_EQ(got.ack_wait, want.ack_wait);
  EXPECT_EQ(got.max_deliver, want.max_deliver);
  EXPECT_EQ(got.max_ack_pending, want.max_ack_pending);
  EXPECT_EQ(got.inactive_threshold, want.inactive_threshold);
  EXPECT_EQ(got.memory_storage, want.memory_storage);
  EXPECT_EQ(got.headers_only, want.headers_only);
}

std::vector<std::string> NamesOf(const std::vector<ConsumerInfo>& consumers) {
  std::vector<std::string> names;
  for (const ConsumerInfo& consumer : consumers) {
    names.push_back(consumer.config.name);
  }
  return names;
}

// For what old servers lack.
using NewConsumersTest = ConsumersTest;

TEST_P(ConsumersTest, ANewOneHasEverythingBeforeIt) {
  MakeStream(StreamOf("s", {"s.*"}));
  PublishMany("s.a", 3);
  PublishMany("s.b", 2);
  const auto info =
      Run(transport().CreateConsumer("s", ConsumerOf("c", {"s.a"})));
  ASSERT_THAT(info, IsOk());
  EXPECT_EQ(info->stream, "s");
  EXPECT_EQ(info->pending, 3U);
  EXPECT_EQ(info->ack_pending, 0);
  EXPECT_EQ(info->redelivered, 0);
  EXPECT_EQ(info->waiting, 0);
  EXPECT_EQ(info->delivered_stream_sequence, 0U);
  EXPECT_EQ(info->ack_floor_stream_sequence, 0U);
  EXPECT_FALSE(info->paused);
  EXPECT_NE(info->created, absl::Time());
}

TEST_P(ConsumersTest, EchoesItsConfiguration) {
  MakeStream(StreamOf("s", {"s.*"}));
  const auto info = Run(transport().CreateConsumer("s", FullConfig()));
  ASSERT_THAT(info, IsOk());
  ExpectSame(info->config, FullConfig());
  ExpectSame(Consumer("s", "full").config, FullConfig());
}

TEST_P(ConsumersTest, HasDefaults) {
  MakeStream(StreamOf("s"));
  ConsumerConfig config;
  config.name = "c";
  config.filter_subjects = {"s"};
  MakeConsumer("s", config);
  ExpectSame(Consumer("s", "c").config, config);
}

TEST_P(ConsumersTest, MetadataIsKeptWhereTheServerCan) {
  MakeStream(StreamOf("s"));
  ConsumerConfig config = ConsumerOf("c", {"s"});
  config.metadata = {{"team", "shop"}};
  const auto info = Run(transport().CreateConsumer("s", config));
  ASSERT_THAT(info, IsOk());
  EXPECT_EQ(info->config.metadata.count("team") > 0,
            Has(Difference::kMetadata));
}

TEST_P(NewConsumersTest, SeveralFiltersAreKeptWhereTheServerCan) {
  MakeStream(StreamOf("s", {"s.*"}));
  PublishMany("s.a", 1);
  PublishMany("s.b", 1);
  PublishMany("s.c", 1);
  const auto info =
      Run(transport().CreateConsumer("s", ConsumerOf("c", {"s.a", "s.c"})));
  ASSERT_THAT(info, IsOk());
  EXPECT_THAT(info->config.filter_subjects, ElementsAre("s.a", "s.c"));
  EXPECT_EQ(info->pending, 2U);
  EXPECT_THAT(
      Run(transport().CreateConsumer("s", ConsumerOf("d", {"s.a", "s.*"}))),
      IsRefused(StatusCode::kFailedPrecondition, 10138));
}

TEST_P(ConsumersTest, CreateIsIdempotent) {
  MakeStream(StreamOf("s"));
  const auto first =
      Run(transport().CreateConsumer("s", ConsumerOf("c", {"s"})));
  ASSERT_THAT(first, IsOk());
  const auto second = Run(other().CreateConsumer("s", ConsumerOf("c", {"s"})));
  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(second->created, first->created);
  EXPECT_EQ(Stream("s").consumers, 1);
}

TEST_P(ConsumersTest, CreateMayRefuseAnotherConfiguration) {
  MakeStream(StreamOf("s"));
  MakeConsumer("s", ConsumerOf("c", {"s"}));
  ConsumerConfig config = ConsumerOf("c", {"s"});
  config.description = "another";
  const auto info = Run(transport().CreateConsumer("s", config));
  if (Has(Difference::kConsumerAction)) {
    EXPECT_THAT(info, IsRefused(StatusCode::kFailedPrecondition, 10148));
    EXPECT_EQ(Consumer("s", "c").config.description, "");
  } else {
    EXPECT_THAT(info, IsOk());
    EXPECT_EQ(Consumer("s", "c").config.description, "another");
  }
}

TEST_P(ConsumersTest, UpdateOfAMissingOne) {
  MakeStream(StreamOf("s"));
  const auto info =
      Run(transport().UpdateConsumer("s", ConsumerOf("c", {"s"})));
  if (Has(Difference::kConsumerAction)) {
    EXPECT_THAT(info, IsRefused(StatusCode::kNotFound, 10149));
  } else {
    EXPECT_THAT(info, IsOk());
  }
}

TEST_P(ConsumersTest, AMissingOneIsNotFound) {
  constexpr auto kNotFound = StatusCode::kNotFound;
  EXPECT_THAT(Run(transport().CreateConsumer("s", ConsumerOf("c", {"s"}))),
              IsRefused(kNotFound, 10059));
  EXPECT_THAT(Run(transport().GetConsumer("s", "c")),
              IsRefused(kNotFound, 10059));
  EXPECT_THAT(Run(transport().ListConsumers("s")), IsRefused(kNotFound, 10059));
  MakeStream(StreamOf("s"));
  EXPECT_THAT(Run(transport().GetConsumer("s", "c")),
              IsRefused(kNotFound, 10014));
  EXPECT_THAT(Run(transport().DeleteConsumer("s", "c")),
              IsRefused(kNotFound, 10014));
  EXPECT_THAT(*Run(transport().ListConsumers("s")), IsEmpty());
}

TEST_P(ConsumersTest, CreateRefusesWhatMakesNoSense) {
  MakeStream(StreamOf("s"));
  const auto refused = [&](const char* what, auto change) {
    ConsumerConfig config = ConsumerOf("c", {"s"});
    change(config);
    EXPECT_THAT(Run(transport().CreateConsumer("s", config)),
                HasCode(StatusCode::kFailedPrecondition))
        << what;
  };
  refused("no start", [](ConsumerConfig& config) {
    config.deliver = DeliverPolicy::kBySequence;
    config.start_sequence = 0;
  });
  refused("replicas", [](ConsumerConfig& config) { config.replicas = 3; });
  refused("last per subject without a filter", [](ConsumerConfig& config) {
    config.deliver = DeliverPolicy::kLastPerSubject;
    config.filter_subjects = {};
  });
  EXPECT_THAT(*Run(transport().ListConsumers("s")), IsEmpty());
}

TEST_P(ConsumersTest, AFilterOutsideOfTheStream) {
  MakeStream(StreamOf("s"));
  const auto info =
      Run(transport().CreateConsumer("s", ConsumerOf("c", {"other"})));
  if (Has(Difference::kFilterAnywhere)) {
    EXPECT_THAT(info, IsOk());
  } else {
    EXPECT_THAT(info, IsRefused(StatusCode::kFailedPrecondition, 10093));
  }
}

TEST_P(ConsumersTest, NamesAreTokens) {
  MakeStream(StreamOf("s"));
  for (const char* name : {"", "a.b", "a*", "a>", "a b"}) {
    EXPECT_THAT(Run(transport().CreateConsumer("s", ConsumerOf(name, {"s"}))),
                IsRefused(StatusCode::kFailedPrecondition, 0))
        << name;
    EXPECT_THAT(Run(transport().GetConsumer("s", name)),
                IsRefused(StatusCode::kFailedPrecondition, 0))
        << name;
  }
}

TEST_P(ConsumersTest, DeleteForgetsWhatItHad) {
  MakeStream(StreamOf("s"));
  PublishMany("s", 2);
  MakeConsumer("s", ConsumerOf("c", {"s"}));
  {
    Deliveries deliveries(clock());
    auto flow = Open("s", "c", deliveries);
    Pull(*flow, deliveries, 1);
    ASSERT_THAT(Run(transport().AckSync(deliveries.Take())), IsOk());
  }
  ASSERT_THAT(Run(transport().DeleteConsumer("s", "c")), IsOk());
  EXPECT_EQ(Stream("s").consumers, 0);
  MakeConsumer("s", ConsumerOf("c", {"s"}));
  EXPECT_EQ(Consumer("s", "c").pending, 2U);
  EXPECT_EQ(Consumer("s", "c").ack_floor_stream_sequence, 0U);
}

TEST_P(ConsumersTest, AreListed) {
  MakeStream(StreamOf("s"));
  for (const char* name : {"b", "a", "c"}) {
    MakeConsumer("s", ConsumerOf(name, {"s"}));
  }
  const auto consumers = Run(other().ListConsumers("s"));
  ASSERT_THAT(consumers, IsOk());
  EXPECT_THAT(NamesOf(*consumers), ElementsAre("a", "b", "c"));
  EXPECT_EQ(Stream("s").consumers, 3);
}

// The server gives at most 256 at a time.
TEST_P(ConsumersTest, AreListedBeyondOnePage) {
  MakeStream(StreamOf("s"));
  std::vector<std::string> names;
  for (int i = 0; i < 300; ++i) {
    names.push_back(absl::StrCat("c", 1000 + i));
    ConsumerConfig config = ConsumerOf(names.back(), {"s"});
    config.memory_storage = true;
    MakeConsumer("s", config);
  }
  const auto consumers = Run(transport().ListConsumers("s"));
  ASSERT_THAT(consumers, IsOk());
  EXPECT_EQ(NamesOf(*consumers), names);
}

// ---- those that come and go

// A durable one, too, if it is told so.
TEST_P(ConsumersTest, AnIdleOneIsDeleted) {
  MakeStream(StreamOf("s"));
  for (const bool durable : {false, true}) {
    ConsumerConfig config = ConsumerOf("c", {"s"});
    config.durable = durable;
    config.inactive_threshold = absl::Milliseconds(200);
    MakeConsumer("s", config);
    EXPECT_EQ(Consumer("s", "c").config.durable, durable);
    EXPECT_TRUE(
        Until([&] { return !Run(transport().GetConsumer("s", "c")).ok(); }));
  }
}

TEST_P(ConsumersTest, APullKeepsAnEphemeralOne) {
  MakeStream(StreamOf("s"));
  ConsumerConfig config = ConsumerOf("c", {"s"});
  config.durable = false;
  config.inactive_threshold = absl::Milliseconds(200);
  MakeConsumer("s", config);
  Deliveries deliveries(clock());
  auto flow = Open("s", "c", deliveries);
  flow->Want(1);
  Elapse(absl::Milliseconds(600));
  EXPECT_THAT(Run(transport().GetConsumer("s", "c")), IsOk());
  PublishMany("s", 1);
  EXPECT_TRUE(Until([&] { return deliveries.all.size() == 1; }));
}

INSTANTIATE_TEST_SUITE_P(, ConsumersTest, ::testing::ValuesIn(AllSides()),
                         SideName);
INSTANTIATE_TEST_SUITE_P(, NewConsumersTest, ::testing::ValuesIn(NewSides()),
                         SideName);

}  // namespace
}  // namespace walnats::contract
