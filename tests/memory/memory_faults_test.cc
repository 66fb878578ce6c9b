#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/memory/memory_fixture.h"

namespace walnats::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using transport::State;

class MemoryFaultsTest : public MemoryTest {};

TEST_F(MemoryFaultsTest, TellsTheStateInALaterTurn) {
  States states;
  transport_->SetStateSink(&states);
  server_->Disconnect("test");
  EXPECT_EQ(transport_->state(), State::kDown);
  EXPECT_THAT(states.all, IsEmpty());
  clock_.Poll();
  EXPECT_THAT(states.all, ElementsAre(State::kDown));
  EXPECT_THAT(states.reasons, ElementsAre("test"));
  server_->Reconnect();
  clock_.Poll();
  EXPECT_THAT(states.all, ElementsAre(State::kDown, State::kUp));
  transport_->SetStateSink(nullptr);
  server_->Disconnect("again");
  clock_.Poll();
  EXPECT_EQ(states.all.size(), 2U);
}

TEST_F(MemoryFaultsTest, RefusesVerbsWhileTheConnectionIsLost) {
  server_->Disconnect("test");
  EXPECT_EQ(Run(transport_->GetStream("s")).status(),
            absl::UnavailableError("get stream \"s\": not connected"));
  EXPECT_EQ(transport_->Send(To("a")),
            absl::UnavailableError("publish \"a\": not connected"));
  EXPECT_EQ(Run(transport_->Request(To("a"), absl::Seconds(1))).status(),
            absl::UnavailableError("request \"a\": not connected"));
}

TEST_F(MemoryFaultsTest, FailsWhatWaitsForAnAnswer) {
  Messages silent;
  const auto subscription = transport_->Subscribe("silent", "", silent);
  Pending request(clock_, transport_->Request(To("silent"), absl::Seconds(9)));
  EXPECT_FALSE(request.done());
  server_->Disconnect("test");
  EXPECT_FALSE(request.done());
  clock_.Poll();
  ASSERT_TRUE(request.done());
  EXPECT_EQ((*request).status(),
            absl::UnavailableError("request \"silent\": the connection was "
                                   "lost before the answer"));
}

TEST_F(MemoryFaultsTest, LosesAnAnswerThatIsOnItsWay) {
  std::optional<absl::StatusOr<transport::StreamInfo>> info;
  Spawn(
      clock_.executor(),
      [](transport::Transport& transport, auto& to) -> Task<absl::Status> {
        to = co_await transport.GetStream("s");
        co_return absl::OkStatus();
      }(*transport_, info),
      [](absl::Status) {});
  io_.poll_one();  // asks
  server_->Disconnect("test");
  clock_.Poll();
  ASSERT_TRUE(info.has_value());
  EXPECT_TRUE(absl::IsUnavailable(info->status())) << info->status();
}

TEST_F(MemoryFaultsTest, OpensSubscriptionsAgain) {
  Messages messages;
  Messages stopped;
  const auto subscription = transport_->Subscribe("a", "", messages);
  const auto other = *transport_->Subscribe("a", "", stopped);
  other->Stop();
  ASSERT_TRUE(transport_->Send(To("a", "lost")).ok());
  server_->Disconnect("test");
  clock_.Poll();
  server_->Reconnect();
  ASSERT_TRUE(transport_->Send(To("a", "1")).ok());
  clock_.Poll();
  EXPECT_THAT(messages.bodies(), ElementsAre("1"));
  EXPECT_THAT(stopped.bodies(), IsEmpty());
}

TEST_F(MemoryFaultsTest, FlowsPullAgain) {
  MakeConsumer(absl::Seconds(5));
  OpenFlow(5);
  Completion stored;
  stored.message = To("s", "1");
  transport_->Publish(stored);
  server_->Disconnect("test");  // with the delivery on its way
  clock_.Poll();
  EXPECT_EQ(server_->model().GetConsumer("s", "c")->waiting, 0);
  server_->Reconnect();
  clock_.Poll();
  EXPECT_EQ(Consumer().waiting, 1);
  EXPECT_THAT(deliveries_.all, IsEmpty());
  clock_.Advance(absl::Seconds(5));
  ASSERT_EQ(deliveries_.all.size(), 1U);
  EXPECT_EQ(deliveries_.all[0].info().delivered, 2U);
}

TEST_F(MemoryFaultsTest, ConnectsAsAConnectorOnlyWhileTheServerIsThere) {
  transport::Connector& connector = *server_;
  server_->Disconnect("test");
  EXPECT_TRUE(absl::IsUnavailable(Run(connector.Connect(clock_)).status()));
  EXPECT_EQ(server_->Connect()->state(), State::kUp);
  server_->Reconnect();
  const auto transport = Run(connector.Connect(clock_));
  ASSERT_TRUE(transport.ok()) << transport.status();
  EXPECT_EQ((*transport)->state(), State::kUp);
}

TEST_F(MemoryFaultsTest, StaysClosedWhenTheServerIsBack) {
  server_->Disconnect("test");
  Run(transport_->Close());
  server_->Reconnect();
  EXPECT_EQ(transport_->state(), State::kClosed);
}

TEST_F(MemoryFaultsTest, EndsCoroutinesThatWaitWhenItIsDestroyed) {
  Messages silent;
  const auto subscription = transport_->Subscribe("silent", "", silent);
  Pending request(clock_, transport_->Request(To("silent"), absl::Seconds(9)));
  transport_.reset();
  clock_.Poll();
  ASSERT_TRUE(request.done());
  EXPECT_TRUE(absl::IsUnknown((*request).status()));
}

TEST_F(MemoryFaultsTest, SetsTheClockToTheModelsTime) {
  transport::StreamConfig config;
  config.name = "s";
  config.subjects = {"s"};
  config.max_age = absl::Seconds(10);
  config.duplicate_window = absl::Seconds(10);
  ASSERT_TRUE(server_->model().CreateStream(config).ok());
  ASSERT_TRUE(server_->model().Publish(To("s", "1"))->ok());
  server_->Pump();
  clock_.Advance(absl::Seconds(9));
  EXPECT_EQ(Run(transport_->GetStream("s"))->messages, 1U);
  EXPECT_LT(clock_.next(), absl::InfiniteFuture());
  clock_.Advance(absl::Seconds(2));
  EXPECT_EQ(Run(transport_->GetStream("s"))->messages, 0U);
}

}  // namespace
}  // namespace walnats::testing
