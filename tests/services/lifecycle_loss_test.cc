// How a Lifecycle ends, or goes on, when something fails.

#include "tests/services/lifecycle_fixture.h"
#include "walnats/services/register_plan.h"

namespace walnats::internal {
namespace {

using testing::Fail;
using ::testing::HasSubstr;
using transport::FlowEvent;
using transport::State;

class LifecycleLossTest : public LifecycleFixture {
 protected:
  // The server forgets the actor's consumer, and the flow notices.
  void LoseConsumer() {
    server().consumers.clear();
    server().flow("mailer").Tell(FlowEvent::kConsumerMissing, "deleted");
    clock_.Poll();
  }
};

TEST_F(LifecycleLossTest, WithoutAServerNothingRuns) {
  connector_.refusal = absl::UnavailableError("nats://a: refused");
  Run();
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(result_, absl::UnavailableError("nats://a: refused"));
  EXPECT_EQ(health().phase, Phase::kStopped);
  EXPECT_THAT(health().Describe(), HasSubstr("stopped, not connected"));
  EXPECT_EQ(ready_, 0);
  EXPECT_EQ(producer_runs_, 0);
}

TEST_F(LifecycleLossTest, AFailedRegistrationRunsNothingAndCloses) {
  const absl::Status full = absl::ResourceExhaustedError("no room");
  connector_.prepare = [&](testing::FakeServer& server) {
    server.before = Fail("create consumer shop-order/mailer", full);
  };
  Run();
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(result_, full);
  EXPECT_EQ(server().calls.back(), "close");
  EXPECT_EQ(server().flow_count(), 0u);
  EXPECT_EQ(producer_runs_, 0);
  EXPECT_EQ(ready_, 0);
  EXPECT_EQ(health().phase, Phase::kStopped);
}

TEST_F(LifecycleLossTest, ALostConnectionShowsUntilItIsBack) {
  Run();
  server().ChangeState(State::kDown, "connection reset");
  EXPECT_FALSE(health().ready());
  EXPECT_FALSE(health().connected);
  EXPECT_EQ(health().problem, "connection reset");
  EXPECT_EQ(health().phase, Phase::kRunning);
  server().info.url = "nats://other:4222";
  server().ChangeState(State::kUp, "");
  EXPECT_TRUE(health().ready());
  EXPECT_THAT(health().server, HasSubstr("nats://other:4222"));
}

TEST_F(LifecycleLossTest, AConnectionClosedForGoodEndsIt) {
  Run();
  Deliver({1, 2});
  server().ChangeState(State::kClosed, "wrong password");
  clock_.Advance(absl::Seconds(6));
  EXPECT_EQ(result_,
            absl::UnavailableError("connection closed: wrong password"));
  EXPECT_EQ(health().phase, Phase::kStopped);
  EXPECT_TRUE(server().closed);
}

TEST_F(LifecycleLossTest, AConnectionClosedDuringTheDrainIsNoFailure) {
  Run();
  Deliver({1});
  lifecycle().Stop();
  clock_.Advance(absl::Seconds(1));
  server().ChangeState(State::kClosed, "server is gone");
  clock_.Advance(absl::Seconds(5));
  EXPECT_EQ(result_, absl::OkStatus());
}

TEST_F(LifecycleLossTest, MakesADeletedConsumerAgain) {
  connector_.prepare = [this](testing::FakeServer& server) {
    const Actor& mailer = services_[0].actors[0];
    const transport::Features& features = server.info.features;
    server.PutStream(*StreamConfigOf(kOrder, features, false));
    server.PutConsumer("shop-order",
                       ConsumerConfigOf(mailer, "shop", features));
    server.consumers.begin()->second.ack_floor_stream_sequence = 7;
  };
  Run();
  LoseConsumer();
  ASSERT_EQ(server().consumers.size(), 1u);
  EXPECT_EQ(server().consumers.begin()->second.config.start_sequence, 8u);
  EXPECT_EQ(server().flow("mailer").restarts(), 1);
  EXPECT_EQ(health().actors[0].problem, "");
  server().flow("mailer").Tell(FlowEvent::kResumed, "");
  EXPECT_TRUE(health().ready()) << health().Describe();
}

TEST_F(LifecycleLossTest, AnActorOfNewMessagesMissesNoneOfTheMeantime) {
  services_[0].actors = {Mailer({.start = Start::New()})};
  Run();
  const absl::Time made = clock_.Now();
  clock_.Advance(absl::Minutes(3));
  LoseConsumer();
  ASSERT_EQ(server().consumers.size(), 1u);
  const transport::ConsumerConfig& again =
      server().consumers.begin()->second.config;
  EXPECT_EQ(again.deliver, transport::DeliverPolicy::kByTime);
  EXPECT_EQ(again.start_time, made);
}

TEST_F(LifecycleLossTest, ADrainEndsARecovery) {
  Run();
  server().streams.clear();
  LoseConsumer();
  clock_.Advance(absl::Minutes(1));
  EXPECT_THAT(health().actors[0].problem, HasSubstr("stream not found"));
  EXPECT_FALSE(health().ready());
  lifecycle().Stop();
  clock_.Advance(absl::Seconds(6));
  EXPECT_EQ(result_, absl::OkStatus());
  EXPECT_TRUE(server().closed);
}

}  // namespace
}  // namespace walnats::internal
