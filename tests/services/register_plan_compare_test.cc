#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "walnats/services/register_plan.h"

namespace walnats::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using transport::ConsumerConfig;
using transport::DeliverPolicy;
using transport::StreamConfig;
using Kind = Difference::Kind;

// Declared by us for a server with metadata, and as such a server has it.
StreamConfig Stream() {
  StreamConfig config;
  config.name = "shop-order";
  config.subjects = {"shop.order"};
  config.metadata = {{"walnats.framework", "cpp"}};
  return config;
}

ConsumerConfig Consumer() {
  ConsumerConfig config;
  config.name = "mailer";
  config.filter_subjects = {"shop.order"};
  config.metadata = {{"walnats.service", "shop"}};
  return config;
}

TEST(CompareStreamsTest, FindsNothingWhereNothingDiffers) {
  EXPECT_THAT(Compare(Stream(), Stream()), IsEmpty());
}

TEST(CompareStreamsTest, IgnoresWhatDeclarationsDoNotDecide) {
  StreamConfig server = Stream();
  server.allow_direct = server.allow_rollup = true;
  server.deny_delete = server.deny_purge = true;
  server.metadata["_nats.ver"] = "2.14.0";
  server.raw = "{}";
  EXPECT_THAT(Compare(server, Stream()), IsEmpty());
}

struct StreamCase {
  void (*declare)(StreamConfig&);
  std::string text;
  Kind kind = Kind::kChangeable;
};

TEST(CompareStreamsTest, FindsEachField) {
  const StreamCase cases[] = {
      {[](StreamConfig& one) { one.storage = Storage::kMemory; },
       "storage: file -> memory", Kind::kFixed},
      {[](StreamConfig& one) { one.retention = Retention::kInterest; },
       "retention: limits -> interest", Kind::kFixed},
      {[](StreamConfig& one) { one.retention = Retention::kWorkQueue; },
       "retention: limits -> workqueue", Kind::kFixed},
      {[](StreamConfig& one) { one.description = "x\"y"; },
       "description: \"\" -> \"x\\\"y\""},
      {[](StreamConfig& one) {
         one.subjects = {"a", "b"};
       },
       "subjects: [shop.order] -> [a, b]"},
      {[](StreamConfig& one) { one.discard = Discard::kNew; },
       "discard: old -> new"},
      {[](StreamConfig& one) { one.max_age = absl::Hours(2); },
       "max_age: unlimited -> 2h"},
      {[](StreamConfig& one) { one.max_messages = 7; },
       "max_msgs: unlimited -> 7"},
      {[](StreamConfig& one) { one.max_bytes = 7; },
       "max_bytes: unlimited -> 7"},
      {[](StreamConfig& one) { one.max_message_size = 7; },
       "max_msg_size: unlimited -> 7"},
      {[](StreamConfig& one) { one.max_consumers = 7; },
       "max_consumers: unlimited -> 7"},
      {[](StreamConfig& one) { one.max_messages_per_subject = 7; },
       "max_msgs_per_subject: unlimited -> 7"},
      {[](StreamConfig& one) { one.duplicate_window = absl::Seconds(7); },
       "duplicate_window: 2m -> 7s"},
      {[](StreamConfig& one) { one.replicas = 3; }, "num_replicas: 1 -> 3"},
      {[](StreamConfig& one) { one.placement_tags = {"ssd"}; },
       "placement tags: [] -> [ssd]"},
      {[](StreamConfig& one) { one.compressed = true; },
       "compression: false -> true"},
      {[](StreamConfig& one) { one.allow_atomic = true; },
       "allow_atomic: false -> true"},
      {[](StreamConfig& one) { one.metadata["walnats.framework"] = "new"; },
       "metadata walnats.framework: \"cpp\" -> \"new\""},
  };
  for (const StreamCase& one : cases) {
    StreamConfig declared = Stream();
    one.declare(declared);
    const std::vector<Difference> found = Compare(Stream(), declared);
    EXPECT_EQ(Describe(found), one.text);
    ASSERT_EQ(found.size(), 1u) << one.text;
    EXPECT_EQ(found[0].kind, one.kind) << one.text;
  }
}

TEST(CompareStreamsTest, KeepsTheInterestOfPythonsStreams) {
  StreamConfig python = Stream();
  python.retention = Retention::kInterest;
  // On 2.9, and so on every server, if it was Python that made it.
  python.metadata.clear();
  StreamConfig declared = Stream();
  declared.max_messages = 5;
  std::vector<Difference> found = Compare(python, declared);
  const std::vector<Difference> kept = TakeKept(found);
  EXPECT_EQ(Describe(kept), "retention: interest -> limits");
  // It is not marked as ours: the next start would refuse its retention.
  EXPECT_EQ(Describe(found), "max_msgs: unlimited -> 5");
  EXPECT_THAT(Merge(python, declared).metadata, IsEmpty());
  EXPECT_THAT(TakeKept(found), IsEmpty());
}

TEST(CompareStreamsTest, KeepsNoOtherRetention) {
  StreamConfig ours = Stream();
  ours.retention = Retention::kInterest;
  EXPECT_EQ(Compare(ours, Stream())[0].kind, Kind::kFixed);
  StreamConfig foreign = Stream();
  foreign.metadata.clear();
  foreign.retention = Retention::kWorkQueue;
  EXPECT_EQ(Compare(foreign, Stream())[0].kind, Kind::kFixed);
  StreamConfig declared = Stream();
  declared.retention = Retention::kWorkQueue;
  foreign.retention = Retention::kInterest;
  EXPECT_EQ(Compare(foreign, declared)[0].kind, Kind::kFixed);
}

TEST(CompareConsumersTest, FindsNothingWhereNothingDiffers) {
  ConsumerConfig server = Consumer();
  server.metadata["_nats.ver"] = "2.14.0";
  server.raw = "{}";
  server.replicas = 3;
  EXPECT_THAT(Compare(server, Consumer()), IsEmpty());
}

struct ConsumerCase {
  void (*declare)(ConsumerConfig&);
  std::string text;
  Kind kind = Kind::kChangeable;
};

TEST(CompareConsumersTest, FindsEachField) {
  const ConsumerCase cases[] = {
      {[](ConsumerConfig& one) { one.deliver = DeliverPolicy::kNew; },
       "deliver_policy: all -> new", Kind::kKept},
      {[](ConsumerConfig& one) { one.deliver = DeliverPolicy::kByTime; },
       "deliver_policy: all -> by_start_time", Kind::kKept},
      {[](ConsumerConfig& one) {
         one.deliver = DeliverPolicy::kBySequence;
         one.start_sequence = 5;
       },
       "deliver_policy: all -> by_start_sequence", Kind::kKept},
      {[](ConsumerConfig& one) { one.description = "x"; },
       "description: \"\" -> \"x\""},
      {[](ConsumerConfig& one) { one.filter_subjects = {"a"}; },
       "filter_subject: [shop.order] -> [a]"},
      {[](ConsumerConfig& one) { one.ack_wait = absl::Seconds(7); },
       "ack_wait: 30s -> 7s"},
      {[](ConsumerConfig& one) { one.max_deliver = 7; },
       "max_deliver: -1 -> 7"},
      {[](ConsumerConfig& one) { one.max_ack_pending = 7; },
       "max_ack_pending: 10000 -> 7"},
      {[](ConsumerConfig& one) { one.metadata["walnats.service"] = "mail"; },
       "metadata walnats.service: \"shop\" -> \"mail\""},
  };
  for (const ConsumerCase& one : cases) {
    ConsumerConfig declared = Consumer();
    one.declare(declared);
    const std::vector<Difference> found = Compare(Consumer(), declared);
    EXPECT_EQ(Describe(found), one.text);
    ASSERT_EQ(found.size(), 1u) << one.text;
    EXPECT_EQ(found[0].kind, one.kind) << one.text;
  }
}

TEST(CompareConsumersTest, ComparesStartsOfOneKind) {
  ConsumerConfig server = Consumer();
  server.deliver = DeliverPolicy::kBySequence;
  server.start_sequence = 5;
  ConsumerConfig declared = server;
  EXPECT_THAT(Compare(server, declared), IsEmpty());
  declared.start_sequence = 6;
  std::vector<Difference> found = Compare(server, declared);
  EXPECT_EQ(Describe(TakeKept(found)), "opt_start_seq: 5 -> 6");
  EXPECT_THAT(found, IsEmpty());

  server = declared = Consumer();
  server.deliver = declared.deliver = DeliverPolicy::kByTime;
  server.start_time = absl::FromUnixSeconds(0);
  declared.start_time = absl::FromUnixSeconds(1);
  found = Compare(server, declared);
  EXPECT_EQ(Describe(TakeKept(found)),
            "opt_start_time: 1970-01-01T00:00:00+00:00 -> "
            "1970-01-01T00:00:01+00:00");
}

TEST(MergeTest, ReplacesDeclaredFieldsOfAStreamOnly) {
  StreamConfig server = Stream();
  server.retention = Retention::kInterest;
  server.max_messages = 5;
  server.allow_direct = server.allow_rollup = server.allow_atomic = true;
  server.deny_delete = server.deny_purge = true;
  server.metadata = {{"_nats.ver", "2.14.0"}, {"walnats.framework", "old"}};
  server.raw = "raw";
  StreamConfig declared = Stream();
  declared.description = "new";
  declared.max_age = absl::Hours(1);

  const StreamConfig merged = Merge(server, declared);
  EXPECT_EQ(merged.retention, Retention::kInterest);
  EXPECT_EQ(merged.description, "new");
  EXPECT_EQ(merged.max_age, absl::Hours(1));
  EXPECT_EQ(merged.max_messages, std::nullopt);
  EXPECT_TRUE(merged.allow_direct && merged.allow_rollup &&
              merged.allow_atomic);
  EXPECT_TRUE(merged.deny_delete && merged.deny_purge);
  EXPECT_THAT(merged.metadata, ElementsAre(Pair("_nats.ver", "2.14.0"),
                                           Pair("walnats.framework", "cpp")));
  EXPECT_EQ(merged.raw, "raw");
}

TEST(MergeTest, ReplacesDeclaredFieldsOfAConsumerOnly) {
  ConsumerConfig server = Consumer();
  server.deliver = DeliverPolicy::kBySequence;
  server.start_sequence = 5;
  server.replicas = 3;
  server.memory_storage = true;
  server.inactive_threshold = absl::Hours(9);
  server.metadata = {{"_nats.ver", "2.14.0"}};
  server.raw = "raw";
  ConsumerConfig declared = Consumer();
  declared.description = "new";
  declared.filter_subjects = {"other"};
  declared.ack_wait = absl::Seconds(7);
  declared.max_ack_pending = 8;

  const ConsumerConfig merged = Merge(server, declared);
  EXPECT_EQ(merged.description, "new");
  EXPECT_THAT(merged.filter_subjects, ElementsAre("other"));
  EXPECT_EQ(merged.ack_wait, absl::Seconds(7));
  EXPECT_EQ(merged.max_ack_pending, 8);
  EXPECT_EQ(merged.deliver, DeliverPolicy::kBySequence);
  EXPECT_EQ(merged.start_sequence, 5u);
  EXPECT_EQ(merged.replicas, 3);
  EXPECT_TRUE(merged.memory_storage);
  EXPECT_EQ(merged.inactive_threshold, absl::Hours(9));
  EXPECT_THAT(merged.metadata, ElementsAre(Pair("_nats.ver", "2.14.0"),
                                           Pair("walnats.service", "shop")));
  EXPECT_EQ(merged.raw, "raw");
}

}  // namespace
}  // namespace walnats::internal
