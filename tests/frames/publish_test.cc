#include <gtest/gtest.h>

#include "tests/frames/frames_fixture.h"

namespace walnats::nats {
namespace {

TEST_F(FramesTest, AnswersPublishesAsRecorded) {
  struct Case {
    std::string subject;
    Headers headers;
    std::string answer;
  };
  const Case cases[] = {
      {"s.a", {}, R"({"stream":"S","seq":1})"},
      {"s.b", {{"Nats-Msg-Id", "x"}}, R"({"stream":"S","seq":2})"},
      {"s.b",
       {{"Nats-Msg-Id", "x"}},
       R"({"stream":"S","seq":2,"duplicate": true})"},
      {"s.a",
       {{"Nats-Expected-Last-Sequence", "99"}},
       R"({"error":{"code":400,"err_code":10071,"description":)"
       R"("wrong last sequence: 2"},"stream":"S","seq":0})"},
      {"s.a",
       {{"Nats-Expected-Stream", "T"}},
       R"({"error":{"code":400,"err_code":10060,"description":)"
       R"("expected stream does not match"},"stream":"S","seq":0})"},
      {"nobody", {}, "(503)"},
  };
  for (const auto& version : kBoth) {
    Start({.version = version});
    const auto client = Connect();
    AddStream(*client);
    for (const Case& one : cases) {
      EXPECT_EQ(client->AskText(one.subject, "body", one.headers), one.answer)
          << one.subject;
    }
  }
}

TEST_F(FramesTest, StoresABatchWithItsCommit) {
  Start();
  const auto client = Connect();
  AddStream(*client, R"(,"allow_atomic":true)");
  const auto part = [](const std::string& number) {
    return Headers{{"Nats-Batch-Id", "b"}, {"Nats-Batch-Sequence", number}};
  };
  EXPECT_EQ(client->AskText("s.a", "1", part("1")), "");
  EXPECT_TRUE(client->Publish("s.a", "2", part("2")).ok());
  Headers last = part("3");
  last.push_back({"Nats-Batch-Commit", "1"});
  EXPECT_EQ(client->AskText("s.b", "3", last),
            R"({"stream":"S","seq":3,"batch":"b","count":3})");
}

TEST_F(FramesTest, SaysNothingWhereNobodyAskedForAnAnswer) {
  Start();
  const auto client = Connect();
  AddStream(*client);
  EXPECT_TRUE(client->Publish("s.a", "1").ok());
  EXPECT_TRUE(client->Publish("nobody", "1").ok());
  clock_.Poll();
  EXPECT_TRUE(client->heard.empty());
  EXPECT_EQ(server_->model().GetStream("S")->messages, 1U);
}

TEST_F(FramesTest, ARequestThatASubscriptionHearsHasNo503) {
  Start();
  const auto client = Connect();
  const auto other = Connect();
  Listener listener;
  const auto subscription = other->wire().Subscribe("echo", "", listener);
  clock_.Poll();
  EXPECT_EQ(client->AskText("echo", "hello"), "(silence)");
  EXPECT_EQ(listener.Bodies(), std::vector<std::string>{"hello"});
}

}  // namespace
}  // namespace walnats::nats
