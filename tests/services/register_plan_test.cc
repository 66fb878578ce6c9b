#include "walnats/services/register_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/services/note.h"

namespace walnats::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using transport::ConsumerConfig;
using transport::DeliverPolicy;
using transport::Features;
using transport::StreamConfig;

constexpr Features kNew = {.compression = true,
                           .metadata = true,
                           .filter_subjects = true,
                           .term_reason = true};
constexpr Features kOld = {};  // 2.9
constexpr NoteEvent kOrder("shop.order-placed");

StreamConfig ConfigOf(const Limits& limits, bool single_server = false,
                      const Features& features = kNew) {
  const NoteEvent event = *NoteEvent::Create("shop.order", {.limits = limits});
  return *StreamConfigOf(event, features, single_server);
}

TEST(StreamConfigOfTest, DefaultsAreUnlimited) {
  const NoteEvent event =
      *NoteEvent::Create("shop.order", {.description = "An order."});
  const StreamConfig config = *StreamConfigOf(event, kNew, false);
  EXPECT_EQ(config.name, "shop-order");
  EXPECT_EQ(config.description, "An order.");
  EXPECT_THAT(config.subjects, ElementsAre("shop.order"));
  EXPECT_EQ(config.retention, Retention::kLimits);
  EXPECT_EQ(config.storage, Storage::kFile);
  EXPECT_EQ(config.discard, Discard::kOld);
  EXPECT_EQ(config.max_age, std::nullopt);
  EXPECT_EQ(config.max_messages, std::nullopt);
  EXPECT_EQ(config.max_bytes, std::nullopt);
  EXPECT_EQ(config.max_message_size, std::nullopt);
  EXPECT_EQ(config.max_consumers, std::nullopt);
  EXPECT_EQ(config.max_messages_per_subject, std::nullopt);
  EXPECT_EQ(config.duplicate_window, absl::Minutes(2));
  EXPECT_EQ(config.replicas, 1);
  EXPECT_THAT(config.placement_tags, IsEmpty());
  EXPECT_FALSE(config.compressed);
  EXPECT_THAT(config.metadata, ElementsAre(Pair("walnats.framework", "cpp")));
  EXPECT_EQ(config.raw, "");
}

TEST(StreamConfigOfTest, AllowsBatchesWhereTheServerKnowsThem) {
  const NoteEvent event =
      *NoteEvent::Create("shop.order", {.atomic_batches = true});
  Features features = kNew;
  EXPECT_FALSE(StreamConfigOf(event, features, false)->allow_atomic);
  features.api_level = 2;
  EXPECT_TRUE(StreamConfigOf(event, features, false)->allow_atomic);
  EXPECT_FALSE(StreamConfigOf(kOrder, features, false)->allow_atomic);
}

TEST(StreamConfigOfTest, CarriesEveryLimit) {
  const StreamConfig config = ConfigOf({.age = absl::Hours(5),
                                        .messages = 1,
                                        .bytes = 2,
                                        .message_size = 3,
                                        .consumers = 4,
                                        .per_subject = 5,
                                        .duplicates = absl::Minutes(6),
                                        .discard = Discard::kNew,
                                        .retention = Retention::kWorkQueue,
                                        .storage = Storage::kMemory,
                                        .replicas = 3,
                                        .tags = {"ssd", "", "eu"},
                                        .compression = Compression::kS2});
  EXPECT_EQ(config.max_age, absl::Hours(5));
  EXPECT_EQ(config.max_messages, 1);
  EXPECT_EQ(config.max_bytes, 2);
  EXPECT_EQ(config.max_message_size, 3);
  EXPECT_EQ(config.max_consumers, 4);
  EXPECT_EQ(config.max_messages_per_subject, 5);
  EXPECT_EQ(config.duplicate_window, absl::Minutes(6));
  EXPECT_EQ(config.discard, Discard::kNew);
  EXPECT_EQ(config.retention, Retention::kWorkQueue);
  EXPECT_EQ(config.storage, Storage::kMemory);
  EXPECT_EQ(config.replicas, 3);
  EXPECT_THAT(config.placement_tags, ElementsAre("ssd", "eu"));
  EXPECT_TRUE(config.compressed);
}

TEST(StreamConfigOfTest, TheDuplicateWindowIsNoLongerThanTheAge) {
  EXPECT_EQ(ConfigOf({.age = absl::Seconds(30)}).duplicate_window,
            absl::Seconds(30));
  EXPECT_EQ(ConfigOf({.age = absl::Hours(1)}).duplicate_window,
            absl::Minutes(2));
}

TEST(StreamConfigOfTest, CompressesOnlyWhereTheServerCan) {
  EXPECT_TRUE(ConfigOf({.compression = Compression::kIfAvailable}).compressed);
  EXPECT_FALSE(ConfigOf({.compression = Compression::kIfAvailable}, false, kOld)
                   .compressed);
  const NoteEvent event = *NoteEvent::Create(
      "shop.order", {.limits = {.compression = Compression::kS2}});
  const absl::Status refused = StreamConfigOf(event, kOld, false).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(refused.message()),
              HasSubstr("register event \"shop.order\": the server cannot "
                        "compress"));
}

TEST(StreamConfigOfTest, ASingleServerHasOneReplicaAndNoTags) {
  const StreamConfig config = ConfigOf({.replicas = 3, .tags = {"ssd"}}, true);
  EXPECT_EQ(config.replicas, 1);
  EXPECT_THAT(config.placement_tags, IsEmpty());
}

TEST(StreamConfigOfTest, AnOldServerGetsNoMetadata) {
  EXPECT_THAT(ConfigOf({}, false, kOld).metadata, IsEmpty());
}

ConsumerConfig ConfigOf(ActorOptions options, const Features& features = kNew) {
  const Actor actor(
      "mailer", kOrder, [](const Note&) {}, std::move(options));
  return ConsumerConfigOf(actor, "shop", features);
}

TEST(ConsumerConfigOfTest, CarriesTheActorsOptions) {
  const ConsumerConfig config = ConfigOf({.description = "Mails.",
                                          .ack_wait = absl::Seconds(7),
                                          .retry = {.max_attempts = 3},
                                          .max_ack_pending = 17});
  EXPECT_EQ(config.name, "mailer");
  EXPECT_TRUE(config.durable);
  EXPECT_EQ(config.description, "Mails.");
  EXPECT_THAT(config.filter_subjects, ElementsAre("shop.order-placed"));
  EXPECT_EQ(config.ack, transport::AckPolicy::kExplicit);
  EXPECT_EQ(config.ack_wait, absl::Seconds(7));
  EXPECT_EQ(config.max_ack_pending, 17);
  EXPECT_THAT(config.metadata, ElementsAre(Pair("walnats.service", "shop")));
  // The client counts attempts: a finite number would lose messages.
  EXPECT_EQ(config.max_deliver, -1);
}

TEST(ConsumerConfigOfTest, AnOldServerGetsNoMetadata) {
  EXPECT_THAT(ConfigOf({}, kOld).metadata, IsEmpty());
}

TEST(ConsumerConfigOfTest, CarriesEveryStart) {
  EXPECT_EQ(ConfigOf(ActorOptions{}).deliver, DeliverPolicy::kAll);
  EXPECT_EQ(ConfigOf({.start = Start::All()}).deliver, DeliverPolicy::kAll);
  EXPECT_EQ(ConfigOf({.start = Start::New()}).deliver, DeliverPolicy::kNew);
  const ConsumerConfig at = ConfigOf({.start = Start::At(42)});
  EXPECT_EQ(at.deliver, DeliverPolicy::kBySequence);
  EXPECT_EQ(at.start_sequence, 42u);
  const absl::Time time = absl::FromUnixSeconds(1'700'000'000);
  const ConsumerConfig since = ConfigOf({.start = Start::Since(time)});
  EXPECT_EQ(since.deliver, DeliverPolicy::kByTime);
  EXPECT_EQ(since.start_time, time);
}

TEST(SuccessorOfTest, BeginsWhereTheFirstBegan) {
  transport::ConsumerInfo made;
  made.created = absl::FromUnixSeconds(1'700'000'000);
  made.config.deliver = DeliverPolicy::kBySequence;
  made.config.start_sequence = 42;
  const ConsumerConfig declared = ConfigOf({.ack_wait = absl::Seconds(7)});
  const ConsumerConfig again = SuccessorOf(made, declared);
  EXPECT_EQ(again.deliver, DeliverPolicy::kBySequence);
  EXPECT_EQ(again.start_sequence, 42u);
  EXPECT_EQ(again.ack_wait, absl::Seconds(7));
}

TEST(SuccessorOfTest, OfNewMessagesBeginsWhenTheFirstWasMade) {
  transport::ConsumerInfo made;
  made.created = absl::FromUnixSeconds(1'700'000'000);
  made.config.deliver = DeliverPolicy::kNew;
  const ConsumerConfig again =
      SuccessorOf(made, ConfigOf({.start = Start::New()}));
  EXPECT_EQ(again.deliver, DeliverPolicy::kByTime);
  EXPECT_EQ(again.start_time, made.created);
}

}  // namespace
}  // namespace walnats::internal
