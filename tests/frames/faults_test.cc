#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/frames/frames_fixture.h"

namespace walnats::nats {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kNext[] = "$JS.API.CONSUMER.MSG.NEXT.S.c";
constexpr char kWaiting[] = R"({"batch":9,"expires":9000000000})";

TEST_F(FramesTest, ADisconnectLosesWhatIsOnItsWayInBothDirections) {
  Start();
  const auto client = Connect();
  server_->SetNetwork(
      {.min_delay = absl::Milliseconds(5), .max_delay = absl::Milliseconds(5)});
  EXPECT_TRUE(client->Publish(client->Inbox("a"), "at the client").ok());
  clock_.Advance(absl::Milliseconds(7));
  EXPECT_TRUE(client->Publish(client->Inbox("a"), "at the server").ok());
  clock_.Poll();
  server_->Disconnect(1, absl::Seconds(1));
  clock_.Advance(absl::Seconds(2));
  EXPECT_THAT(client->heard, IsEmpty());
}

TEST_F(FramesTest, TellsOfTheLossInALaterTurnAndComesBackAfterThePause) {
  Start();
  const auto client = Connect();
  server_->Disconnect(1, absl::Seconds(1));
  EXPECT_THAT(client->states, IsEmpty());
  // Sent into nothing, before the loss is known.
  EXPECT_TRUE(client->Publish(client->Inbox("a"), "lost").ok());
  clock_.Poll();
  EXPECT_THAT(client->states, ElementsAre("down: cut by the network"));
  clock_.Advance(absl::Milliseconds(999));
  EXPECT_FALSE(client->wire().up());
  clock_.Advance(absl::Milliseconds(1));
  EXPECT_TRUE(client->wire().up());
  EXPECT_THAT(client->states, ElementsAre("down: cut by the network", "up"));
  EXPECT_THAT(client->heard, IsEmpty());
}

TEST_F(FramesTest, SubscriptionsAreBackWithTheConnection) {
  Start();
  const auto client = Connect();
  Listener stays, stops;
  const auto kept = client->wire().Subscribe("a", "", stays);
  const auto stopped = client->wire().Subscribe("a", "", stops);
  (*stopped)->Stop();
  server_->Disconnect(1, absl::Seconds(1));
  clock_.Poll();
  Listener later;
  const auto added = client->wire().Subscribe("a", "", later);
  clock_.Advance(absl::Seconds(1));
  EXPECT_TRUE(client->Publish("a", "1").ok());
  EXPECT_TRUE(client->Publish(client->Inbox("t"), "2").ok());
  clock_.Poll();
  EXPECT_THAT(stays.Bodies(), ElementsAre("1"));
  EXPECT_THAT(later.Bodies(), ElementsAre("1"));
  EXPECT_THAT(stops.Bodies(), IsEmpty());
  EXPECT_EQ(client->heard.size(), 1U);
}

TEST_F(FramesTest, ADisconnectEndsPullsAndInterestAtTheServer) {
  Start();
  const auto client = Connect();
  const auto other = Connect();
  AddStream(*client);
  AddConsumer(*client);
  client->Ask(kNext, kWaiting);
  EXPECT_EQ(server_->model().GetConsumer("S", "c")->waiting, 1);
  server_->Disconnect(1, absl::Seconds(1));
  EXPECT_EQ(server_->model().GetConsumer("S", "c")->waiting, 0);
  EXPECT_EQ(other->AskText(client->Inbox("t"), "anybody?"), "(503)");
}

TEST_F(FramesTest, ADisconnectConcernsOneClientOrAll) {
  Start();
  const auto one = Connect();
  const auto other = Connect();
  server_->Disconnect(2, absl::Seconds(1));
  clock_.Poll();
  EXPECT_TRUE(one->wire().up());
  EXPECT_FALSE(other->wire().up());
  server_->Disconnect(0, absl::Seconds(3));
  clock_.Advance(absl::Seconds(2));
  EXPECT_FALSE(one->wire().up());
  EXPECT_FALSE(other->wire().up());
  clock_.Advance(absl::Seconds(1));
  EXPECT_TRUE(one->wire().up());
  EXPECT_TRUE(other->wire().up());
}

TEST_F(FramesTest, AConnectionMayBeCutInsideItsOwnSink) {
  Start();
  const auto client = Connect();
  client->on_message = [&] { server_->Disconnect(1, absl::Seconds(1)); };
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(client->Publish(client->Inbox("t"), "1").ok());
  }
  clock_.Poll();
  EXPECT_EQ(client->heard.size(), 1U);
  EXPECT_THAT(client->states, ElementsAre("down: cut by the network"));
}

TEST_F(FramesTest, ARestartKeepsFilesAndLosesMemoryAndPulls) {
  Start();
  const auto client = Connect();
  AddStream(*client);
  AddConsumer(*client);
  client->AskText("$JS.API.STREAM.CREATE.M",
                  R"({"name":"M","subjects":["m"],"storage":"memory"})");
  client->AskText("s.a", "1");
  client->AskText("m", "1");
  client->Ask(kNext, R"({"batch":1,"no_wait":true})");
  client->Ask(kNext, kWaiting);
  client->states.clear();
  server_->Restart(absl::Seconds(5));
  clock_.Poll();
  EXPECT_FALSE(client->wire().up());
  const auto late = Connect();
  EXPECT_FALSE(late->wire().up());
  clock_.Advance(absl::Seconds(5));
  EXPECT_THAT(client->states, ElementsAre("down: the server has gone", "up"));
  EXPECT_THAT(late->states, ElementsAre("up"));
  EXPECT_EQ(server_->model().GetStream("S")->messages, 1U);
  EXPECT_EQ(server_->model().GetConsumer("S", "c")->waiting, 0);
  const auto memory = server_->model().GetStream("M");
  EXPECT_TRUE(!memory.ok() || memory->messages == 0);
}

TEST_F(FramesTest, ALameDuckIsLeftOnceAllIsWritten) {
  Start();
  const auto client = Connect();
  const auto other = Connect();
  Listener listener;
  const auto subscription = other->wire().Subscribe("a", "", listener);
  clock_.Poll();
  server_->LameDuck(1);
  EXPECT_TRUE(client->Publish("a", "still written").ok());
  clock_.Poll();
  EXPECT_THAT(listener.Bodies(), ElementsAre("still written"));
  EXPECT_THAT(client->states,
              ElementsAre("lame duck", "down: the server shuts down"));
  clock_.Advance(absl::Seconds(1));
  EXPECT_TRUE(client->wire().up());
  EXPECT_TRUE(other->wire().up());
}

TEST_F(FramesTest, AStallKeepsFramesInBothDirections) {
  Start();
  const auto client = Connect();
  const auto other = Connect();
  Listener listener;
  const auto subscription = other->wire().Subscribe("a", "", listener);
  clock_.Poll();
  server_->Stall(1, absl::Seconds(1));
  EXPECT_TRUE(client->Publish("a", "out").ok());
  EXPECT_TRUE(other->Publish(client->Inbox("t"), "in").ok());
  clock_.Advance(absl::Milliseconds(999));
  EXPECT_TRUE(client->wire().up());
  EXPECT_GT(client->wire().unsent(), 0U);
  EXPECT_THAT(listener.heard, IsEmpty());
  EXPECT_THAT(client->heard, IsEmpty());
  clock_.Advance(absl::Milliseconds(1));
  EXPECT_EQ(client->wire().unsent(), 0U);
  EXPECT_THAT(listener.Bodies(), ElementsAre("out"));
  EXPECT_EQ(client->heard.size(), 1U);
}

TEST_F(FramesTest, AStreamWithoutLeaderIsSilent) {
  Start();
  const auto client = Connect();
  AddStream(*client);
  AddConsumer(*client);
  client->AskText("s.a", "1");
  const Heard delivery =
      client->Ask(kNext, R"({"batch":1,"no_wait":true})").front();
  client->Ask(kNext, kWaiting);
  server_->ChangeLeader("S", absl::Seconds(1));
  clock_.Poll();
  ASSERT_EQ(client->heard.size(), 1U);
  EXPECT_EQ(client->heard[0].status(), "409 Leadership Change");
  const auto ask_all = [&] {
    return std::vector<std::string>{
        client->AskText("s.a", "2"), client->AskText("$JS.API.STREAM.INFO.S"),
        client->AskText(delivery.reply, "+ACK"),
        client->AskText(kNext, R"({"no_wait":true})")};
  };
  EXPECT_THAT(ask_all(), ::testing::Each("(silence)"));
  EXPECT_NE(client->AskText("$JS.API.STREAM.NAMES"), "(silence)");
  clock_.Advance(absl::Seconds(1));
  EXPECT_THAT(ask_all(), ::testing::Each(::testing::Ne("(silence)")));
}

// The same seed and the same frames: the same losses.
TEST_F(FramesTest, TheSameSeedReplaysExactly) {
  const auto run = [this](uint64_t seed) {
    Start({.seed = seed});
    const auto client = Connect();
    server_->SetNetwork({.min_delay = absl::Milliseconds(1),
                         .max_delay = absl::Milliseconds(20),
                         .drop = 0.2,
                         .duplicate = 0.2,
                         .reorder = 0.2});
    for (int i = 0; i < 100; ++i) {
      EXPECT_TRUE(client->Publish(client->Inbox("t"), Cat(i)).ok());
      clock_.Advance(absl::Milliseconds(1));
    }
    clock_.Advance(absl::Seconds(1));
    std::vector<std::string> bodies;
    for (const Heard& heard : client->heard) bodies.push_back(heard.body);
    return bodies;
  };
  const std::vector<std::string> first = run(1);
  EXPECT_GT(first.size(), 50U);
  EXPECT_EQ(first, run(1));
  EXPECT_NE(first, run(2));
}

}  // namespace
}  // namespace walnats::nats
