#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "walnats/base/strings.h"
#include "walnats/nats/api_json.h"

namespace walnats::nats {
namespace {

using testing::HasSubstr;
using testing::Not;
using transport::AckPolicy;
using transport::ConsumerConfig;
using transport::DeliverPolicy;
using transport::Features;
using transport::StreamConfig;

constexpr Features kOld = {};
constexpr Features kNew = {.compression = true,
                           .metadata = true,
                           .filter_subjects = true,
                           .term_reason = true,
                           .api_level = 5};

StreamConfig FullStream() {
  StreamConfig config;
  config.name = "shop-orders";
  config.description = "Orders \"placed\".";
  config.subjects = {"shop.orders", "shop.orders.>"};
  config.retention = Retention::kWorkQueue;
  config.storage = Storage::kMemory;
  config.discard = Discard::kNew;
  config.max_age = absl::Hours(1) + absl::Nanoseconds(1);
  config.max_messages = 1;
  config.max_bytes = 2;
  config.max_message_size = 3;
  config.max_consumers = 4;
  config.max_messages_per_subject = 5;
  config.duplicate_window = absl::Milliseconds(100);
  config.replicas = 3;
  config.placement_tags = {"ssd", "eu"};
  config.compressed = true;
  config.metadata = {{"team", "shop"}};
  config.allow_direct = true;
  config.allow_rollup = true;
  config.deny_delete = true;
  config.deny_purge = true;
  config.allow_atomic = true;
  return config;
}

ConsumerConfig FullConsumer() {
  ConsumerConfig config;
  config.name = "mail";
  config.description = "Sends mails.";
  config.filter_subjects = {"shop.orders"};
  config.deliver = DeliverPolicy::kBySequence;
  config.start_sequence = 18'000'000'000'000'000'000u;
  config.ack = AckPolicy::kAll;
  config.ack_wait = absl::Milliseconds(1500);
  config.max_deliver = 7;
  config.max_ack_pending = 12;
  config.inactive_threshold = absl::Minutes(5);
  config.metadata = {{"team", "shop"}};
  config.replicas = 3;
  config.memory_storage = true;
  config.headers_only = true;
  config.max_waiting = 13;
  config.max_batch = 14;
  config.max_bytes = 15;
  config.max_expires = absl::Seconds(16);
  return config;
}

StreamConfig SmallStream() {
  StreamConfig config;
  config.name = "a";
  config.subjects = {"a"};
  return config;
}

ConsumerConfig SmallConsumer(std::vector<std::string> filters = {}) {
  ConsumerConfig config;
  config.name = "c";
  config.filter_subjects = std::move(filters);
  return config;
}

// What the server would echo of it, as a struct.
StreamConfig Echo(const StreamConfig& config, const Features& features) {
  auto info = ParseStreamInfo(
      Cat("{\"config\":", StreamRequest(config, features), "}"));
  EXPECT_TRUE(info.ok()) << info.status();
  return info.ok() ? info->config : StreamConfig();
}

ConsumerConfig Echo(const ConsumerConfig& config, const Features& features) {
  auto info = ParseConsumerInfo(ConsumerRequest(
      "shop-orders", config, ConsumerAction::kCreateOrUpdate, features));
  EXPECT_TRUE(info.ok()) << info.status();
  return info.ok() ? info->config : ConsumerConfig();
}

TEST(StreamRequestTest, NamesEveryFieldAsTheServerDoes) {
  EXPECT_EQ(
      StreamRequest(FullStream(), kNew),
      R"({"name":"shop-orders","description":"Orders \"placed\".",)"
      R"("subjects":["shop.orders","shop.orders.>"],"retention":"workqueue",)"
      R"("storage":"memory","discard":"new","max_age":3600000000001,)"
      R"("max_msgs":1,"max_bytes":2,"max_msg_size":3,"max_consumers":4,)"
      R"("max_msgs_per_subject":5,"duplicate_window":100000000,)"
      R"("num_replicas":3,"placement":{"tags":["ssd","eu"]},)"
      R"("compression":"s2","metadata":{"team":"shop"},"allow_direct":true,)"
      R"("allow_rollup_hdrs":true,"deny_delete":true,"deny_purge":true,)"
      R"("allow_atomic":true})");
}

TEST(StreamRequestTest, LeavesOutWhatIsNotAskedFor) {
  EXPECT_EQ(StreamRequest(SmallStream(), kNew),
            R"({"name":"a","subjects":["a"],"retention":"limits",)"
            R"("storage":"file","discard":"old","max_age":0,"max_msgs":-1,)"
            R"("max_bytes":-1,"max_msg_size":-1,"max_consumers":-1,)"
            R"("max_msgs_per_subject":-1,"duplicate_window":120000000000,)"
            R"("num_replicas":1})");
}

TEST(StreamRequestTest, LeavesOutWhatTheServerLacks) {
  const std::string request = StreamRequest(FullStream(), kOld);
  EXPECT_THAT(request, Not(HasSubstr("compression")));
  EXPECT_THAT(request, Not(HasSubstr("metadata")));
}

TEST(StreamRequestTest, ReadsBackAsItWasSent) {
  StreamConfig sent = FullStream();
  StreamConfig echoed = Echo(sent, kNew);
  EXPECT_EQ(echoed.raw, StreamRequest(sent, kNew));
  echoed.raw.clear();
  EXPECT_EQ(StreamRequest(echoed, kNew), StreamRequest(sent, kNew));
  EXPECT_EQ(echoed.max_age, sent.max_age);
  EXPECT_EQ(echoed.placement_tags, sent.placement_tags);
  EXPECT_EQ(echoed.metadata, sent.metadata);
}

TEST(StreamRequestTest, ReadsDefaultsBackAsDefaults) {
  const StreamConfig echoed = Echo(SmallStream(), kNew);
  EXPECT_EQ(echoed.max_age, std::nullopt);
  EXPECT_EQ(echoed.max_messages, std::nullopt);
  EXPECT_EQ(echoed.max_bytes, std::nullopt);
  EXPECT_EQ(echoed.max_consumers, std::nullopt);
  EXPECT_EQ(echoed.retention, Retention::kLimits);
  EXPECT_EQ(echoed.duplicate_window, absl::Minutes(2));
  EXPECT_FALSE(echoed.compressed);
}

// Read-modify-write of a config with fields that we do not know.
TEST(StreamRequestTest, KeepsWhatItDoesNotKnow) {
  const auto info = ParseStreamInfo(
      R"({"config":{"name":"a","subjects":["a"],"max_msgs":7,"sealed":false,)"
      R"("republish":{"src":"a","dest":"b"},"first_seq":100,)"
      R"("placement":{"cluster":"c1","tags":["x"]},"compression":"none",)"
      R"("metadata":{"_nats.level":"5","theirs":"1"},"deny_purge":true}})");
  ASSERT_TRUE(info.ok()) << info.status();
  StreamConfig config = info->config;
  EXPECT_EQ(config.metadata.size(), 1u);
  config.max_messages = 8;
  config.placement_tags.clear();
  config.metadata = {{"ours", "2"}};
  config.deny_purge = false;
  const std::string request = StreamRequest(config, kNew);
  EXPECT_THAT(request, HasSubstr(R"("max_msgs":8)"));
  EXPECT_THAT(request, HasSubstr(R"("republish":{"src":"a","dest":"b"})"));
  EXPECT_THAT(request, HasSubstr(R"("first_seq":100)"));
  EXPECT_THAT(request, HasSubstr(R"("placement":{"cluster":"c1"})"));
  EXPECT_THAT(request,
              HasSubstr(R"("metadata":{"_nats.level":"5","ours":"2"})"));
  EXPECT_THAT(request, HasSubstr(R"("subjects":["a"])"));
  EXPECT_THAT(request, Not(HasSubstr("deny_purge")));
  EXPECT_THAT(request, Not(HasSubstr("theirs")));
}

TEST(ConsumerRequestTest, NamesEveryFieldAsTheServerDoes) {
  EXPECT_EQ(
      ConsumerRequest("shop-orders", FullConsumer(), ConsumerAction::kCreate,
                      kNew),
      R"({"stream_name":"shop-orders","config":{"name":"mail",)"
      R"("durable_name":"mail","description":"Sends mails.",)"
      R"("filter_subject":"shop.orders","deliver_policy":"by_start_sequence",)"
      R"("opt_start_seq":18000000000000000000,"ack_policy":"all",)"
      R"("ack_wait":1500000000,"max_ack_pending":12,"max_deliver":7,)"
      R"("inactive_threshold":300000000000,"metadata":{"team":"shop"},)"
      R"("num_replicas":3,"mem_storage":true,"headers_only":true,)"
      R"("max_waiting":13,"max_batch":14,"max_bytes":15,)"
      R"("max_expires":16000000000},)"
      R"("action":"create"})");
}

TEST(ConsumerRequestTest, LeavesOutWhatIsNotAskedFor) {
  EXPECT_EQ(ConsumerRequest("s", SmallConsumer({"a"}),
                            ConsumerAction::kCreateOrUpdate, kOld),
            R"({"stream_name":"s","config":{"name":"c","durable_name":"c",)"
            R"("filter_subject":"a","deliver_policy":"all",)"
            R"("ack_policy":"explicit","ack_wait":30000000000,)"
            R"("max_ack_pending":10000,"max_deliver":-1,"num_replicas":0}})");
}

TEST(ConsumerRequestTest, SaysWhatItIsFor) {
  const ConsumerConfig config = SmallConsumer();
  EXPECT_THAT(ConsumerRequest("s", config, ConsumerAction::kUpdate, kNew),
              HasSubstr(R"("action":"update")"));
  EXPECT_THAT(
      ConsumerRequest("s", config, ConsumerAction::kCreateOrUpdate, kNew),
      Not(HasSubstr("action\"")));
}

TEST(ConsumerRequestTest, SendsSeveralFiltersAsAList) {
  const ConsumerConfig config = SmallConsumer({"a", "b"});
  const std::string request =
      ConsumerRequest("s", config, ConsumerAction::kCreateOrUpdate, kNew);
  EXPECT_THAT(request, HasSubstr(R"("filter_subjects":["a","b"])"));
  EXPECT_THAT(request, Not(HasSubstr("filter_subject\"")));
  EXPECT_EQ(Echo(config, kNew).filter_subjects, config.filter_subjects);
}

TEST(ConsumerRequestTest, SendsTheStartTimeToTheNanosecond) {
  ConsumerConfig config = SmallConsumer();
  config.deliver = DeliverPolicy::kByTime;
  config.start_time = absl::FromUnixNanos(1'700'000'000'000'000'001);
  EXPECT_THAT(
      ConsumerRequest("s", config, ConsumerAction::kCreate, kNew),
      HasSubstr(R"("opt_start_time":"2023-11-14T22:13:20.000000001Z")"));
  EXPECT_EQ(Echo(config, kNew).start_time, config.start_time);
}

TEST(ConsumerRequestTest, HasNoLimitsOfAcksWithoutAcks) {
  ConsumerConfig config = SmallConsumer();
  config.ack = AckPolicy::kNone;
  const std::string request =
      ConsumerRequest("s", config, ConsumerAction::kCreate, kNew);
  EXPECT_THAT(request, HasSubstr(R"("ack_policy":"none")"));
  EXPECT_THAT(request, Not(HasSubstr("max_ack_pending")));
  EXPECT_EQ(Echo(config, kNew).ack, AckPolicy::kNone);
}

TEST(ConsumerRequestTest, ReadsBackAsItWasSent) {
  ConsumerConfig sent = FullConsumer();
  for (const bool durable : {true, false}) {
    sent.durable = durable;
    ConsumerConfig echoed = Echo(sent, kNew);
    EXPECT_EQ(echoed.durable, durable);
    EXPECT_EQ(echoed.start_sequence, sent.start_sequence);
    EXPECT_EQ(echoed.inactive_threshold, sent.inactive_threshold);
    echoed.raw.clear();
    EXPECT_EQ(ConsumerRequest("s", echoed, ConsumerAction::kCreate, kNew),
              ConsumerRequest("s", sent, ConsumerAction::kCreate, kNew));
  }
}

TEST(ConsumerRequestTest, ReadsEveryDeliverPolicyBack) {
  for (const DeliverPolicy policy :
       {DeliverPolicy::kAll, DeliverPolicy::kNew, DeliverPolicy::kLast,
        DeliverPolicy::kLastPerSubject, DeliverPolicy::kBySequence,
        DeliverPolicy::kByTime}) {
    ConsumerConfig config = SmallConsumer();
    config.deliver = policy;
    EXPECT_EQ(Echo(config, kNew).deliver, policy);
  }
}

TEST(ConsumerRequestTest, KeepsWhatItDoesNotKnow) {
  const auto info = ParseConsumerInfo(
      R"({"stream_name":"s","config":{"durable_name":"c","max_waiting":512,)"
      R"("replay_policy":"original","filter_subjects":["a","b"],)"
      R"("metadata":{"_nats.ver":"2.15.1"},"ack_policy":"explicit",)"
      R"("opt_start_seq":4,"deliver_policy":"by_start_sequence"}})");
  ASSERT_TRUE(info.ok()) << info.status();
  EXPECT_EQ(info->config.name, "c");
  ConsumerConfig config = info->config;
  config.filter_subjects = {"a"};
  config.ack_wait = absl::Seconds(9);
  const std::string request =
      ConsumerRequest("s", config, ConsumerAction::kUpdate, kNew);
  EXPECT_THAT(request, HasSubstr(R"("max_waiting":512)"));
  EXPECT_THAT(request, HasSubstr(R"("replay_policy":"original")"));
  EXPECT_THAT(request, HasSubstr(R"("metadata":{"_nats.ver":"2.15.1"})"));
  EXPECT_THAT(request, HasSubstr(R"("opt_start_seq":4)"));
  EXPECT_THAT(request, HasSubstr(R"("ack_wait":9000000000)"));
  EXPECT_THAT(request, HasSubstr(R"("filter_subject":"a")"));
  EXPECT_THAT(request, Not(HasSubstr("filter_subjects")));
}

TEST(ConsumerCreateSubjectTest, CarriesTheOnlyFilter) {
  ConsumerConfig config = SmallConsumer();
  EXPECT_EQ(ConsumerCreateSubject("s", config), "$JS.API.CONSUMER.CREATE.s.c");
  config.filter_subjects = {"a.b"};
  EXPECT_EQ(ConsumerCreateSubject("s", config),
            "$JS.API.CONSUMER.CREATE.s.c.a.b");
  config.filter_subjects = {"a.b", "c"};
  EXPECT_EQ(ConsumerCreateSubject("s", config), "$JS.API.CONSUMER.CREATE.s.c");
}

}  // namespace
}  // namespace walnats::nats
