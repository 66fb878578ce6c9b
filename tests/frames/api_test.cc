// $JS.API.>, request by request, as nats-server 2.9.10 and 2.15.1 answered:
// what is refused, and what is filled in.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/frames/api_fixture.h"

namespace walnats::nats {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST_F(ApiTest, TellsWhatTheReleaseCan) {
  Begin(testing::model::kOldest);
  EXPECT_THAT(Ask("INFO"), AllOf(HasSubstr(R"("api":{"total":0)"),
                                 Not(HasSubstr("reserved_memory"))));
  Begin(testing::model::kNewest);
  EXPECT_THAT(Ask("INFO"), AllOf(HasSubstr(R"("api":{"level":5,)"),
                                 HasSubstr("reserved_memory")));
}

TEST_F(ApiTest, IsSilentAboutWhatItDoesNotKnow) {
  for (const auto& version : kBoth) {
    Begin(version);
    AddStream(*client_);
    for (const std::string path :
         {"NOPE.X", "STREAM.INFO", "STREAM.INFO.S.T", "CONSUMER.INFO.S.a.b",
          "CONSUMER.DELETE.S.a.b", "STREAM.LIST.S"}) {
      EXPECT_EQ(Ask(path), kSilence) << path;
    }
  }
  Begin(testing::model::kOldest);
  AddStream(*client_);
  AddConsumer(*client_);
  EXPECT_EQ(Ask("CONSUMER.PAUSE.S.c", "{}"), kSilence);
  EXPECT_EQ(Ask("CONSUMER.RESET.S.c", R"({"seq":1})"), kSilence);
}

TEST_F(ApiTest, RefusesAsRecorded) {
  struct Case {
    std::string path;
    std::string body;
    std::string answer;
  };
  const std::string mismatch = "stream name in subject does not match request";
  const Case cases[] = {
      {"STREAM.CREATE.S", R"({"name":"S","subjects":["s.*"]})",
       Error("stream_create", 400, 10058,
             "stream name already in use with a different configuration")},
      {"STREAM.CREATE.T", R"({"name":"U","subjects":["t"]})",
       Error("stream_create", 400, 10056, mismatch)},
      {"STREAM.UPDATE.NO", R"({"name":"NO","subjects":["n"]})",
       Error("stream_update", 404, 10059, "stream not found")},
      {"STREAM.INFO.NO", "",
       Error("stream_info", 404, 10059, "stream not found")},
      {"STREAM.DELETE.NO", "",
       Error("stream_delete", 404, 10059, "stream not found")},
      {"STREAM.DELETE.S", R"({"a":1})",
       Error("stream_delete", 400, 10038, "expected an empty request payload")},
      {"STREAM.PURGE.S", R"({"keep":1,"seq":1})",
       Error("stream_purge", 400, 10003, "bad request")},
      {"STREAM.MSG.GET.S", "",
       Error("stream_msg_get", 400, 10003, "bad request")},
      {"STREAM.MSG.GET.S", "{}",
       Error("stream_msg_get", 400, 10003, "bad request")},
      {"STREAM.MSG.GET.S", R"({"seq":9})",
       Error("stream_msg_get", 404, 10037, "no message found")},
      {"STREAM.MSG.GET.NO", R"({"seq":9})",
       Error("stream_msg_get", 404, 10059, "stream not found")},
      {"STREAM.MSG.DELETE.S", R"({"seq":9})",
       Error("stream_msg_delete", 500, 10057, "stream store EOF")},
      {"STREAM.MSG.DELETE.S", "",
       Error("stream_msg_delete", 400, 10003, "bad request")},
      {"CONSUMER.CREATE.S.c4.s.a",
       R"({"stream_name":"S","config":{"name":"c4","filter_subject":"s.b"}})",
       Error("consumer_create", 400, 10131,
             "Consumer create request did not match filtered subject from "
             "create subject")},
      {"CONSUMER.CREATE.S.c4.s.a",
       R"({"stream_name":"S","config":{"name":"c4"}})",
       Error("consumer_create", 400, 10131,
             "Consumer create request did not match filtered subject from "
             "create subject")},
      {"CONSUMER.CREATE.S.c4", R"({"stream_name":"T","config":{"name":"c4"}})",
       Error("consumer_create", 400, 10056, mismatch)},
      {"CONSUMER.CREATE.NO.c4",
       R"({"stream_name":"NO","config":{"name":"c4"}})",
       Error("consumer_create", 404, 10059, "stream not found")},
      {"CONSUMER.DURABLE.CREATE.S.c7",
       R"({"stream_name":"S","config":{"durable_name":"c8"}})",
       Error("consumer_create", 400, 10017,
             "consumer name in subject does not match durable name in "
             "request")},
      {"CONSUMER.INFO.S.no", "",
       Error("consumer_info", 404, 10014, "consumer not found")},
      {"CONSUMER.LIST.NO", "",
       Error("consumer_list", 404, 10059, "stream not found")},
      {"CONSUMER.DELETE.S.no", "",
       Error("consumer_delete", 404, 10014, "consumer not found")},
  };
  for (const auto& version : kBoth) {
    Begin(version);
    AddStream(*client_);
    for (const Case& one : cases) {
      EXPECT_EQ(Ask(one.path, one.body), one.answer) << one.path;
    }
  }
}

TEST_F(ApiTest, AStrictReleaseRefusesUnknownFieldsAtAnyDepth) {
  Begin(testing::model::kNewest);
  AddStream(*client_);
  const auto refusal = [](std::string_view type) {
    return Error(type, 400, 10025,
                 R"(invalid JSON: json: unknown field \"foo\")");
  };
  EXPECT_EQ(Ask("STREAM.CREATE.T", R"({"name":"T","foo":1})"),
            refusal("stream_create"));
  EXPECT_EQ(Ask("STREAM.CREATE.T", R"({"name":"T","placement":{"foo":1}})"),
            refusal("stream_create"));
  EXPECT_EQ(Ask("STREAM.PURGE.S", R"({"foo":1})"), refusal("stream_purge"));
  EXPECT_EQ(Ask("STREAM.LIST", R"({"foo":1})"), refusal("stream_list"));
  EXPECT_EQ(Ask("CONSUMER.CREATE.S.c",
                R"({"stream_name":"S","config":{"name":"c","foo":1}})"),
            refusal("consumer_create"));
  EXPECT_THAT(Ask("STREAM.CREATE.T", "{bad"), HasSubstr("10025"));
}

TEST_F(ApiTest, AnOldReleaseDropsUnknownFieldsWithoutAWord) {
  Begin(testing::model::kOldest);
  EXPECT_THAT(
      Ask("STREAM.CREATE.S",
          R"({"name":"S","subjects":["s.>"],"foo":1,"compression":"s2",)"
          R"("metadata":{"a":"b"},"no_ack":true})"),
      AllOf(HasSubstr("did_create"), HasSubstr("no_ack"), Not(HasSubstr("foo")),
            Not(HasSubstr("compression")), Not(HasSubstr("metadata"))));
  EXPECT_THAT(
      Ask("CONSUMER.CREATE.S.c",
          R"({"stream_name":"S","config":{"name":"c","durable_name":"c",)"
          R"("filter_subjects":["s.a","s.b"]},"action":"update"})"),
      AllOf(HasSubstr("num_pending"), Not(HasSubstr("filter_subjects"))));
  EXPECT_EQ(Ask("STREAM.CREATE.T", "{bad"),
            Error("stream_create", 400, 10025, "invalid JSON"));
  EXPECT_EQ(Ask("STREAM.CREATE.T"),
            Error("stream_create", 400, 10025, "invalid JSON"));
}

TEST_F(ApiTest, FillsInWhatAStreamDoesNotSay) {
  Begin(testing::model::kNewest);
  EXPECT_THAT(
      Ask("STREAM.CREATE.S", R"({"name":"S","subjects":["s.>"]})"),
      AllOf(HasSubstr(Type("stream_create")),
            HasSubstr(R"("retention":"limits")"), HasSubstr(R"("max_msgs":-1)"),
            HasSubstr(R"("duplicate_window":120000000000)"),
            HasSubstr(R"("mirror_direct":false)"),
            HasSubstr(R"("_nats.ver":"2.15.1")"),
            HasSubstr(R"("created":"2001-09-09T01:46:40.000000000Z")"),
            HasSubstr(R"("first_seq":0,"last_seq":0)"),
            HasSubstr(R"("did_create":true)")));
}

TEST_F(ApiTest, FillsInWhatAConsumerDoesNotSay) {
  Begin(testing::model::kNewest);
  AddStream(*client_);
  EXPECT_THAT(Ask("CONSUMER.CREATE.S.c2",
                  R"({"stream_name":"S","config":{"ack_policy":"explicit"}})"),
              AllOf(HasSubstr(R"("stream_name":"S","name":"c2")"),
                    HasSubstr(R"("deliver_policy":"all")"),
                    HasSubstr(R"("ack_wait":30000000000)"),
                    HasSubstr(R"("max_ack_pending":1000)"),
                    HasSubstr(R"("max_waiting":512)"),
                    HasSubstr(R"("replay_policy":"instant")"),
                    HasSubstr(R"("inactive_threshold":5000000000)")));
  EXPECT_THAT(
      Ask("CONSUMER.CREATE.S",
          R"({"stream_name":"S","config":{"ack_policy":"none"}})"),
      AllOf(HasSubstr(R"("name":"ephemeral1")"),
            Not(HasSubstr("max_ack_pending")), Not(HasSubstr("durable_name"))));
}

TEST_F(ApiTest, AnUpdateResetsWhatItOmits) {
  Begin(testing::model::kNewest);
  AddStream(*client_, R"(,"max_msgs":9,"description":"d","no_ack":true)");
  EXPECT_THAT(
      Ask("STREAM.UPDATE.S",
          R"({"name":"S","subjects":["s.>","q"],"max_bytes":7})"),
      AllOf(HasSubstr(R"("max_msgs":-1)"), HasSubstr(R"("max_bytes":7)"),
            Not(HasSubstr("description")), Not(HasSubstr("no_ack"))));
}

}  // namespace
}  // namespace walnats::nats
