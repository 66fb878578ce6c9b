// What a Wire promises, kept by the frame server's as by Connection.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/frames/frames_fixture.h"
#include "walnats/runtime/spawn.h"

namespace walnats::nats {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

TEST_F(FramesTest, IsUpAtOnceAndTellsItsServer) {
  Start({.version = testing::model::kOldest, .max_payload = 100});
  const auto client = Connect();
  EXPECT_TRUE(client->wire().up());
  EXPECT_TRUE(client->wire().writable());
  EXPECT_THAT(client->wire().inbox(), StartsWith("_INBOX."));
  EXPECT_THAT(client->wire().inbox(), EndsWith("."));
  EXPECT_EQ(client->wire().server().version, "2.9.10");
  EXPECT_EQ(client->wire().server().max_payload, 100);
  EXPECT_THAT(client->states, IsEmpty());
}

TEST_F(FramesTest, ClientsHaveInboxesOfTheirOwn) {
  Start();
  const auto one = Connect();
  const auto other = Connect();
  EXPECT_TRUE(one->Publish(other->Inbox("t"), "hello").ok());
  clock_.Poll();
  EXPECT_THAT(one->heard, IsEmpty());
  ASSERT_EQ(other->heard.size(), 1U);
  EXPECT_EQ(other->heard[0].body, "hello");
}

TEST_F(FramesTest, OneTokenBehindTheInboxComesToTheSinkDeeperOnesDoNot) {
  Start();
  const auto client = Connect();
  Listener listener;
  const auto deeper =
      client->wire().Subscribe(client->Inbox("s.*"), "", listener);
  EXPECT_TRUE(client->Publish(client->Inbox("a"), "shallow").ok());
  EXPECT_TRUE(client->Publish(client->Inbox("s.a"), "deep").ok());
  clock_.Poll();
  ASSERT_EQ(client->heard.size(), 1U);
  EXPECT_EQ(client->heard[0].body, "shallow");
  EXPECT_THAT(listener.Bodies(), ElementsAre("deep"));
}

TEST_F(FramesTest, NothingHappensInsidePublish) {
  Start();
  const auto client = Connect();
  EXPECT_TRUE(client->Publish(client->Inbox("a"), "1").ok());
  EXPECT_THAT(client->heard, IsEmpty());
  EXPECT_GT(client->wire().unsent(), 0U);
  client->idle = 0;
  clock_.Poll();
  EXPECT_EQ(client->heard.size(), 1U);
  EXPECT_EQ(client->wire().unsent(), 0U);
  EXPECT_EQ(client->idle, 1);
}

TEST_F(FramesTest, IdleFollowsABatchNotEachMessage) {
  Start();
  const auto client = Connect();
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(client->Publish(client->Inbox("a"), "1").ok());
  }
  client->idle = 0;
  clock_.Poll();
  EXPECT_EQ(client->heard.size(), 10U);
  EXPECT_EQ(client->idle, 1);
}

TEST_F(FramesTest, RefusesWhatNatsCannotCarry) {
  Start({.max_payload = 10});
  const auto client = Connect();
  const auto code = [&](std::string_view subject, std::string_view body,
                        const Headers& headers = {},
                        std::string_view reply = {}) {
    const absl::Status status = client->Publish(subject, body, headers, reply);
    EXPECT_THAT(std::string(status.message()), StartsWith("publish "));
    return status.code();
  };
  constexpr auto kRefused = absl::StatusCode::kFailedPrecondition;
  EXPECT_EQ(code("", "1"), kRefused);
  EXPECT_EQ(code("a b", "1"), kRefused);
  EXPECT_EQ(code("a\r\n", "1"), kRefused);
  EXPECT_EQ(code("a", "1", {}, "b c"), kRefused);
  EXPECT_EQ(code("a", "12345678901"), kRefused);
  EXPECT_EQ(code("a", "", {{"n:", "v"}}), kRefused);
  EXPECT_EQ(code("a", "", {{"n", "v\r\n"}}), kRefused);
  EXPECT_TRUE(client->Publish("a", "1234567890").ok());
}

TEST_F(FramesTest, SubscriptionsAndQueuesShareAsCoreNatsDoes) {
  Start();
  const auto one = Connect();
  const auto other = Connect();
  Listener all, member, another;
  const auto plain = one->wire().Subscribe("a.*", "", all);
  const auto first = one->wire().Subscribe("a.>", "q", member);
  const auto second = other->wire().Subscribe("a.>", "q", another);
  clock_.Poll();
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(other->Publish("a.b", "1").ok());
  clock_.Poll();
  EXPECT_EQ(all.heard.size(), 4U);
  EXPECT_EQ(member.heard.size(), 2U);
  EXPECT_EQ(another.heard.size(), 2U);
}

TEST_F(FramesTest, RefusesToSubscribeToWhatIsNoSubject) {
  Start();
  const auto client = Connect();
  Listener listener;
  for (const std::string subject : {"", "a..b", "a b", ".a", "a.>.b"}) {
    const auto refused = client->wire().Subscribe(subject, "", listener);
    EXPECT_EQ(refused.status().code(), absl::StatusCode::kFailedPrecondition)
        << subject;
  }
}

TEST_F(FramesTest, StopKeepsWhatWasOnItsWay) {
  Start();
  const auto client = Connect();
  server_->SetNetwork(
      {.min_delay = absl::Milliseconds(5), .max_delay = absl::Milliseconds(5)});
  Listener listener;
  const auto subscription = client->wire().Subscribe("a", "", listener);
  EXPECT_TRUE(client->Publish("a", "before").ok());
  (*subscription)->Stop();
  EXPECT_TRUE(client->Publish("a", "after").ok());
  clock_.Advance(absl::Milliseconds(10));
  EXPECT_THAT(listener.Bodies(), ElementsAre("before"));
}

TEST_F(FramesTest, TheEndOfASubscriptionDropsWhatWasOnItsWay) {
  Start();
  const auto client = Connect();
  Listener listener;
  auto subscription = *client->wire().Subscribe("a", "", listener);
  listener.on_message = [&] { subscription.reset(); };
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(client->Publish("a", "1").ok());
  clock_.Poll();
  EXPECT_EQ(listener.heard.size(), 1U);
}

TEST_F(FramesTest, ASubscriptionMayOutliveItsWire) {
  Start();
  auto client = Connect();
  Listener listener;
  auto subscription = *client->wire().Subscribe("a", "", listener);
  client.reset();
  subscription->Stop();
  subscription.reset();
}

TEST_F(FramesTest, PublishWhileDownIsUnavailable) {
  Start();
  const auto client = Connect();
  server_->Disconnect(1, absl::Seconds(1));
  clock_.Poll();
  EXPECT_FALSE(client->wire().up());
  const absl::Status status = client->Publish("a", "1");
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(status.message()), HasSubstr("\"a\""));
  EXPECT_EQ(client->wire().unsent(), 0U);
}

TEST_F(FramesTest, IsNotWritableAboveItsBoundUntilAllIsWritten) {
  Start();
  const auto client = Connect();
  const std::string body(600'000, 'x');
  EXPECT_TRUE(client->Publish("a", body).ok());
  EXPECT_TRUE(client->wire().writable());
  EXPECT_TRUE(client->Publish("a", body).ok());
  EXPECT_FALSE(client->wire().writable());
  clock_.Poll();
  EXPECT_TRUE(client->wire().writable());
  EXPECT_THAT(client->states, ElementsAre("writable"));
}

TEST_F(FramesTest, CloseWritesWhatIsBuffered) {
  Start();
  const auto other = Connect();
  Listener listener;
  const auto subscription = other->wire().Subscribe("a", "", listener);
  auto client = Connect();
  EXPECT_TRUE(client->Publish("a", "last words").ok());
  client->Close();
  EXPECT_THAT(client->states, IsEmpty());
  clock_.Poll();
  EXPECT_THAT(listener.Bodies(), ElementsAre("last words"));
}

TEST_F(FramesTest, CloseOfAStalledConnectionEndsWithItsLimit) {
  Start();
  const auto client = Connect();
  server_->Stall(1, absl::Hours(1));
  bool closed = false;
  const auto close = [&]() -> Task<absl::Status> {
    co_await client->wire().Close(absl::Seconds(2));
    closed = true;
    co_return absl::OkStatus();
  };
  Spawn(clock_.executor(), close(), [](absl::Status) {});
  clock_.Advance(absl::Milliseconds(1999));
  EXPECT_FALSE(closed);
  clock_.Advance(absl::Milliseconds(1));
  EXPECT_TRUE(closed);
  client->Forget();
}

TEST_F(FramesTest, TheHooksSeeEveryFrame) {
  Start();
  std::vector<std::string> passed;
  server_->SetClientHook(
      [&](uint64_t number, const transport::Outgoing& frame) {
        passed.push_back(Cat(number, " sends ", frame.body));
      });
  server_->SetServerHook([&](uint64_t number, const transport::Message& frame) {
    passed.push_back(Cat(number, " gets ", frame.body()));
  });
  const auto one = Connect();
  const auto other = Connect();
  EXPECT_TRUE(one->Publish(other->Inbox("t"), "hello").ok());
  EXPECT_THAT(passed, ElementsAre("1 sends hello"));
  clock_.Poll();
  EXPECT_THAT(passed, ElementsAre("1 sends hello", "2 gets hello"));
  server_->SetClientHook(nullptr);
  server_->SetServerHook(nullptr);
}

}  // namespace
}  // namespace walnats::nats
