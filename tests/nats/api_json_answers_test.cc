#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "walnats/nats/api_json.h"
#include "walnats/status.h"

namespace walnats::nats {
namespace {

using absl::StatusCode;
using testing::HasSubstr;

TEST(StreamInfoTest, ReadsAnAnswer) {
  const auto info = ParseStreamInfo(
      R"({"type":"io.nats.jetstream.api.v1.stream_info_response","total":0,)"
      R"("config":{"name":"S1","subjects":["s1.\u003e"],"retention":)"
      R"("interest","max_consumers":-1,"max_msgs":-1,"max_bytes":9,)"
      R"("max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":)"
      R"("old","storage":"file","num_replicas":1,"duplicate_window":)"
      R"(120000000000,"sealed":false},"created":)"
      R"("2026-11-20T10:00:40.015669553Z","state":{"messages":2,"bytes":113,)"
      R"("first_seq":5,"last_seq":6,"consumer_count":4}})");
  ASSERT_TRUE(info.ok()) << info.status();
  EXPECT_EQ(info->config.name, "S1");
  EXPECT_EQ(info->config.subjects, std::vector<std::string>{"s1.>"});
  EXPECT_EQ(info->config.retention, Retention::kInterest);
  EXPECT_EQ(info->config.max_bytes, 9);
  EXPECT_THAT(info->config.raw, HasSubstr(R"("sealed":false)"));
  EXPECT_EQ(absl::ToUnixNanos(info->created) % 1'000'000'000, 15669553);
  EXPECT_EQ(info->messages, 2u);
  EXPECT_EQ(info->bytes, 113u);
  EXPECT_EQ(info->first_sequence, 5u);
  EXPECT_EQ(info->last_sequence, 6u);
  EXPECT_EQ(info->consumers, 4);
}

constexpr char kConsumerInfo[] =
    R"({"stream_name":"S1","name":"c1","created":)"
    R"("2026-11-20T10:00:40.5Z","config":{"durable_name":"c1",)"
    R"("deliver_policy":"new","ack_policy":"explicit","ack_wait":5000000000,)"
    R"("max_deliver":-1,"filter_subject":"s1.a","max_waiting":512,)"
    R"("max_ack_pending":77,"num_replicas":0},"delivered":)"
    R"({"consumer_seq":9,"stream_seq":8},"ack_floor":{"stream_seq":7},)"
    R"("num_ack_pending":1,"num_redelivered":2,"num_waiting":3,)"
    R"("num_pending":4,"paused":true})";

TEST(ConsumerInfoTest, ReadsAnAnswer) {
  const auto info = ParseConsumerInfo(kConsumerInfo);
  ASSERT_TRUE(info.ok()) << info.status();
  EXPECT_EQ(info->stream, "S1");
  EXPECT_EQ(info->config.name, "c1");
  EXPECT_TRUE(info->config.durable);
  EXPECT_EQ(info->config.deliver, transport::DeliverPolicy::kNew);
  EXPECT_EQ(info->config.filter_subjects, std::vector<std::string>{"s1.a"});
  EXPECT_EQ(info->config.ack_wait, absl::Seconds(5));
  EXPECT_EQ(info->config.max_ack_pending, 77);
  EXPECT_EQ(info->delivered_stream_sequence, 8u);
  EXPECT_EQ(info->ack_floor_stream_sequence, 7u);
  EXPECT_EQ(info->ack_pending, 1);
  EXPECT_EQ(info->redelivered, 2);
  EXPECT_EQ(info->waiting, 3);
  EXPECT_EQ(info->pending, 4u);
  EXPECT_TRUE(info->paused);
}

TEST(PageTest, ReadsItsItemsAndTheTotal) {
  const auto streams =
      ParseStreamPage(R"({"total":3,"offset":1,"limit":256,"streams":[)"
                      R"({"config":{"name":"a"}},{"config":{"name":"b"}}]})");
  ASSERT_TRUE(streams.ok()) << streams.status();
  EXPECT_EQ(streams->total, 3u);
  ASSERT_EQ(streams->items.size(), 2u);
  EXPECT_EQ(streams->items[1].config.name, "b");

  const auto consumers = ParseConsumerPage(
      std::string(R"({"total":1,"consumers":[)") + kConsumerInfo + "]}");
  ASSERT_TRUE(consumers.ok()) << consumers.status();
  ASSERT_EQ(consumers->items.size(), 1u);
  EXPECT_EQ(consumers->items[0].config.name, "c1");
}

TEST(PageTest, IsEmptyWhereTheServerHasNone) {
  const auto page = ParseStreamPage(R"({"total":0,"streams":null})");
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_TRUE(page->items.empty());
}

TEST(StoredMessageTest, ReadsHeadersAndBody) {
  const auto message = ParseStoredMessage(
      R"({"message":{"subject":"s1.h","seq":2,)"
      R"("hdrs":"TkFUUy8xLjANCkE6IDENCkI6Mg0KQTogeCB5IA0KDQo=",)"
      R"("data":"Ym9keQ==","time":"2026-11-20T10:00:40.01910599Z"}})");
  ASSERT_TRUE(message.ok()) << message.status();
  EXPECT_EQ(message->subject, "s1.h");
  EXPECT_EQ(message->sequence, 2u);
  EXPECT_EQ(message->body, "body");
  EXPECT_EQ(absl::ToUnixNanos(message->time) % 1'000'000'000, 19105990);
  ASSERT_EQ(message->headers.size(), 3u);
  EXPECT_EQ(message->headers[0].name, "A");
  EXPECT_EQ(message->headers[0].value, "1");
  EXPECT_EQ(message->headers[1].value, "2");
  EXPECT_EQ(message->headers[2].value, "x y");
}

TEST(StoredMessageTest, MayBeEmpty) {
  const auto message =
      ParseStoredMessage(R"({"message":{"subject":"a","seq":1}})");
  ASSERT_TRUE(message.ok()) << message.status();
  EXPECT_EQ(message->body, "");
  EXPECT_TRUE(message->headers.empty());
}

TEST(StoredMessageTest, RefusesBadBase64) {
  const auto message =
      ParseStoredMessage(R"({"message":{"subject":"a","seq":1,"data":"*"}})");
  EXPECT_EQ(message.status().code(), StatusCode::kInternal);
}

TEST(SuccessTest, IsWhatTheServerSays) {
  EXPECT_TRUE(ParseSuccess(R"({"type":"x","success":true})").ok());
  EXPECT_EQ(ParseSuccess("{}").code(), StatusCode::kInternal);
  EXPECT_EQ(ParsePurged(R"({"success":true,"purged":12})").value(), 12u);
  EXPECT_EQ(ParsePurged("{}").status().code(), StatusCode::kInternal);
}

TEST(AnswerTest, IsAnErrorInEveryParser) {
  constexpr char kError[] = R"({"error":{"code":404,"err_code":10059,)"
                            R"("description":"stream not found"},"total":0})";
  for (const absl::Status& status :
       {ParseStreamInfo(kError).status(), ParseConsumerInfo(kError).status(),
        ParsePubAck(kError).status(), ParseStoredMessage(kError).status(),
        ParsePurged(kError).status(), ParseSuccess(kError),
        ParseStreamPage(kError).status(), ParseConsumerPage(kError).status(),
        ParseAccountInfo(kError, "").status()}) {
    EXPECT_EQ(status.code(), StatusCode::kNotFound) << status;
    EXPECT_EQ(ServerCode(status), 10059);
  }
}

TEST(AnswerTest, IsInternalWhereItIsNone) {
  for (const char* bytes : {"", "{", "[]", "\xff", "{}x", "\"a\""}) {
    for (const absl::Status& status :
         {ParseStreamInfo(bytes).status(), ParseConsumerInfo(bytes).status(),
          ParsePubAck(bytes).status(), ParseStoredMessage(bytes).status(),
          ParsePurged(bytes).status(), ParseSuccess(bytes),
          ParseStreamPage(bytes).status(), ParseConsumerPage(bytes).status(),
          ParseAccountInfo(bytes, "").status()}) {
      EXPECT_EQ(status.code(), StatusCode::kInternal) << bytes << status;
    }
  }
  EXPECT_EQ(ParseStreamInfo(R"({"config":{}})").status().code(),
            StatusCode::kInternal);
  EXPECT_EQ(ParseConsumerInfo(R"({"config":{}})").status().code(),
            StatusCode::kInternal);
  EXPECT_EQ(ParseStreamPage(R"({"streams":[1]})").status().code(),
            StatusCode::kInternal);
}

TEST(AccountInfoTest, TellsTheFeatures) {
  struct Case {
    std::string_view json;
    std::string_view version;
    bool is_2_10;
    bool term_reason;
    int api_level;
  };
  const Case kCases[] = {
      {R"({"memory":0,"api":{"total":0}})", "2.9.10", false, false, 0},
      {R"({"memory":0,"api":{"total":0}})", "2.10.4", false, false, 0},
      {R"({"reserved_memory":0,"api":{}})", "2.10.3", true, false, 0},
      {R"({"reserved_memory":0,"api":{}})", "2.10.4", true, true, 0},
      {R"({"reserved_memory":0,"api":{}})", "2.10.27-beta", true, true, 0},
      {R"({"reserved_memory":0,"api":{}})", "3.0", true, true, 0},
      {R"({"reserved_memory":0,"api":{}})", "unknown", true, false, 0},
      {R"({"reserved_memory":0,"api":{"level":5}})", "", true, true, 5},
  };
  for (const Case& one : kCases) {
    const auto features = ParseAccountInfo(one.json, one.version);
    ASSERT_TRUE(features.ok()) << features.status();
    EXPECT_EQ(features->compression, one.is_2_10) << one.version;
    EXPECT_EQ(features->metadata, one.is_2_10) << one.version;
    EXPECT_EQ(features->filter_subjects, one.is_2_10) << one.version;
    EXPECT_EQ(features->term_reason, one.term_reason) << one.version;
    EXPECT_EQ(features->api_level, one.api_level) << one.version;
  }
}

}  // namespace
}  // namespace walnats::nats
