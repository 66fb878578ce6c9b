// $JS.API.>, request by request: lists, messages, consumers that exist.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/frames/api_fixture.h"

namespace walnats::nats {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST_F(ApiTest, ListsInPages) {
  Begin(testing::model::kNewest);
  EXPECT_EQ(Ask("STREAM.LIST"),
            Cat(Type("stream_list"),
                R"("total":0,"offset":0,"limit":256,"streams":[]})"));
  for (int i = 0; i < 300; ++i) {
    const std::string name = Cat("N", 1000 + i);
    Ask(Cat("STREAM.CREATE.", name),
        Cat(R"({"name":")", name, R"(","subjects":[")", name, R"("]})"));
  }
  const std::string first = Ask("STREAM.LIST");
  EXPECT_THAT(first, AllOf(HasSubstr(R"("total":300,"offset":0,"limit":256)"),
                           HasSubstr(R"("name":"N1255")"),
                           Not(HasSubstr(R"("name":"N1256")"))));
  EXPECT_THAT(
      Ask("STREAM.LIST", R"({"offset":256})"),
      AllOf(HasSubstr(R"("total":300,"offset":256)"),
            HasSubstr(R"("name":"N1256")"), HasSubstr(R"("name":"N1299")")));
  EXPECT_THAT(Ask("STREAM.LIST", R"({"offset":999})"),
              HasSubstr(R"("offset":300,"limit":256,"streams":[])"));
  EXPECT_EQ(Ask("STREAM.NAMES", R"({"subject":"N1007"})"),
            Cat(Type("stream_names"),
                R"("total":1,"offset":0,"limit":1024,"streams":["N1007"]})"));
}

TEST_F(ApiTest, ListsConsumers) {
  Begin(testing::model::kOldest);
  AddStream(*client_);
  EXPECT_EQ(Ask("CONSUMER.NAMES.S"),
            Cat(Type("consumer_names"),
                R"("total":0,"offset":0,"limit":1024,"consumers":[]})"));
  AddConsumer(*client_);
  EXPECT_EQ(Ask("CONSUMER.NAMES.S"),
            Cat(Type("consumer_names"),
                R"("total":1,"offset":0,"limit":1024,"consumers":["c"]})"));
  EXPECT_THAT(Ask("CONSUMER.LIST.S"),
              AllOf(HasSubstr(R"("limit":256,"consumers":[{"stream_name":"S")"),
                    HasSubstr(R"("durable_name":"c")")));
}

TEST_F(ApiTest, GetsErasesAndPurgesMessages) {
  for (const auto& version : kBoth) {
    Begin(version);
    AddStream(*client_);
    client_->AskText("s.a", "one");
    client_->AskText("s.b", "two", {{"k", "v"}});
    client_->AskText("s.a", "three");
    EXPECT_EQ(Ask("STREAM.MSG.GET.S", R"({"seq":2})"),
              Cat(Type("stream_msg_get"),
                  R"("message":{"subject":"s.b","seq":2,"hdrs":)"
                  R"("TkFUUy8xLjANCms6IHYNCg0K","data":"dHdv","time":)"
                  R"("2001-09-09T01:46:40.000000000Z"}})"));
    EXPECT_THAT(Ask("STREAM.MSG.GET.S", R"({"last_by_subj":"s.a"})"),
                AllOf(HasSubstr(R"("seq":3,"data")"), Not(HasSubstr("hdrs"))));
    EXPECT_THAT(Ask("STREAM.MSG.GET.S", R"({"seq":2,"next_by_subj":"s.a"})"),
                HasSubstr(R"("seq":3)"));
    EXPECT_EQ(Ask("STREAM.MSG.DELETE.S", R"({"seq":2})"),
              Cat(Type("stream_msg_delete"), R"("success":true})"));
    EXPECT_EQ(Ask("STREAM.PURGE.S", R"({"filter":"s.b"})"),
              Cat(Type("stream_purge"), R"("success":true,"purged":0})"));
    EXPECT_EQ(Ask("STREAM.PURGE.S"),
              Cat(Type("stream_purge"), R"("success":true,"purged":2})"));
    EXPECT_THAT(Ask("STREAM.INFO.S"),
                HasSubstr(R"("first_seq":4,"last_seq":3)"));
    EXPECT_EQ(Ask("STREAM.DELETE.S", "{}"),
              Cat(Type("stream_delete"), R"("success":true})"));
  }
}

TEST_F(ApiTest, PausesAndResetsConsumers) {
  Begin(testing::model::kNewest);
  AddStream(*client_);
  AddConsumer(*client_);
  EXPECT_EQ(
      Ask("CONSUMER.PAUSE.S.c", R"({"pause_until":"2001-09-09T01:46:50Z"})"),
      Cat(Type("consumer_pause"), R"("paused":true,"pause_until":)"
                                  R"("2001-09-09T01:46:50.000000000Z",)"
                                  R"("pause_remaining":10000000000})"));
  EXPECT_THAT(Ask("CONSUMER.INFO.S.c"), HasSubstr(R"("paused":true)"));
  EXPECT_EQ(Ask("CONSUMER.PAUSE.S.c"),
            Cat(Type("consumer_pause"),
                R"("paused":false,"pause_until":"0001-01-01T00:00:00Z"})"));
  EXPECT_THAT(Ask("CONSUMER.PAUSE.S.no"), HasSubstr("10014"));
  EXPECT_THAT(
      Ask("CONSUMER.RESET.S.c", R"({"seq":1})"),
      AllOf(HasSubstr(Type("consumer_reset")), HasSubstr(R"("reset_seq":1)")));
  EXPECT_EQ(Ask("CONSUMER.RESET.S.no", R"({"seq":1})"), kSilence);
}

}  // namespace
}  // namespace walnats::nats
