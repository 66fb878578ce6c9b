#include "walnats/services/lifecycle.h"

#include "tests/services/lifecycle_fixture.h"
#include "walnats/runtime/suspension.h"

namespace walnats::internal {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::Settlement;

class LifecycleTest : public LifecycleFixture {};

TEST_F(LifecycleTest, ConnectsRegistersAndRuns) {
  connector_.latency = absl::Seconds(1);
  EXPECT_EQ(health().phase, Phase::kNew);
  Run();
  EXPECT_EQ(health().phase, Phase::kConnecting);
  EXPECT_FALSE(health().connected);
  EXPECT_EQ(ready_, 0);
  clock_.Advance(absl::Seconds(1));
  // Streams of our own come behind them.
  server().calls.resize(4);
  EXPECT_THAT(server().calls,
              ElementsAre("get stream shop-order", "create stream shop-order",
                          "get consumer shop-order/mailer",
                          "create consumer shop-order/mailer"));
  EXPECT_GT(server().flow("mailer").wanted(), 0);
  EXPECT_EQ(producer_runs_, 1);
  EXPECT_EQ(ready_, 1);
  EXPECT_TRUE(health().ready()) << health().Describe();
  EXPECT_EQ(health().server, "nats://fake:4222 (nats-server 2.10.27)");
  ASSERT_EQ(health().actors.size(), 1u);
  EXPECT_EQ(health().actors[0].event, "shop.order");
  ASSERT_EQ(health().producers.size(), 1u);
  EXPECT_TRUE(health().producers[0].running);
  EXPECT_FALSE(result_.has_value());
}

TEST_F(LifecycleTest, RegistrationIsStillConnecting) {
  connector_.prepare = [](testing::FakeServer& server) {
    server.latency = absl::Seconds(1);
  };
  Run();
  clock_.Advance(absl::Seconds(3));
  EXPECT_EQ(health().phase, Phase::kConnecting);
  EXPECT_TRUE(health().connected);
  EXPECT_EQ(producer_runs_, 0);
  EXPECT_EQ(server().flow_count(), 0u);
  clock_.Advance(absl::Minutes(1));
  EXPECT_EQ(health().phase, Phase::kRunning);
}

TEST_F(LifecycleTest, FlowsAreAsImpatientAsItsHeartbeat) {
  options_.heartbeat = absl::Seconds(2);
  Run();
  EXPECT_EQ(server().flow("mailer").options().heartbeat, absl::Seconds(2));
  EXPECT_EQ(server().flow("mailer").options().expires, absl::Seconds(4));
}

TEST_F(LifecycleTest, WarningsStandInHealth) {
  connector_.prepare = [](testing::FakeServer& server) {
    transport::StreamConfig python;
    python.name = "shop-order";
    python.subjects = {"shop.order"};
    python.retention = Retention::kInterest;
    server.PutStream(python);
  };
  Run();
  EXPECT_THAT(health().warnings,
              Contains("stream \"shop-order\": keeps retention interest "
                       "instead of the declared limits"));
  EXPECT_TRUE(health().ready());
}

TEST_F(LifecycleTest, CountsEmitsOfProducers) {
  connector_.prepare = [](testing::FakeServer& server) {
    server.on_publish = [](const testing::Published&) {
      return transport::PubAck{"shop-order", 7, false};
    };
  };
  auto emit = [](Client client) -> Task<absl::Status> {
    const Note note{"x"};
    const absl::StatusOr<Receipt> receipt = co_await client.Emit(kOrder, note);
    co_return receipt.status();
  };
  services_[0].producers = {Producer("feed", {kOrder}, emit)};
  Run();
  ASSERT_EQ(server().published.size(), 1u);
  EXPECT_EQ(server().published[0].subject, "shop.order");
  ASSERT_EQ(health().events.size(), 1u);
  EXPECT_EQ(health().events[0].name, "shop.order");
  EXPECT_EQ(health().events[0].emitted, 1);
}

TEST_F(LifecycleTest, StoppedBeforeItRunsItDrainsAtOnce) {
  lifecycle().Stop();
  Run();
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(result_, absl::OkStatus());
  EXPECT_THAT(server().calls, Contains("close"));
  EXPECT_EQ(health().phase, Phase::kStopped);
}

TEST_F(LifecycleTest, StoppedWhileItConnectsItDrainsAtOnce) {
  connector_.latency = absl::Seconds(1);
  Run();
  lifecycle().Stop();
  clock_.Advance(absl::Seconds(2));
  EXPECT_EQ(result_, absl::OkStatus());
  EXPECT_TRUE(server().closed);
}

TEST_F(LifecycleTest, StoppedWhileItReadsWhatIsPausedItDrainsAtOnce) {
  connector_.prepare = [](testing::FakeServer& server) {
    server.PutStream({.name = "KV_walnats-control"});
    server.streams["KV_walnats-control"].messages = 1;
    server.streams["KV_walnats-control"].last_sequence = 1;
    server.before = [](std::string_view call) {
      return call.starts_with("create consumer KV_walnats-control/")
                 ? absl::UnavailableError("no leader")
                 : absl::OkStatus();
    };
  };
  Run();
  clock_.Advance(absl::Seconds(10));
  EXPECT_EQ(ready_, 0);  // it waits for the leader
  lifecycle().Stop();
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(result_, absl::OkStatus());
  EXPECT_TRUE(server().closed);
}

TEST_F(LifecycleTest, MayBeStoppedByOnReady) {
  on_ready_ = [this] { lifecycle().Stop(); };
  Run();
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(result_, absl::OkStatus());
}

TEST_F(LifecycleTest, DrainsInOrder) {
  Run();
  server().calls.clear();
  Deliver({1, 2, 3});
  EXPECT_EQ(health().actors[0].running, 1);
  EXPECT_EQ(health().actors[0].waiting, 2);

  lifecycle().Stop();
  clock_.Poll();
  EXPECT_EQ(health().phase, Phase::kDraining);
  EXPECT_THAT(server().calls, ElementsAre("stop deliveries", "nak 2", "nak 3"));
  EXPECT_TRUE(server().flow("mailer").stopped());
  for (const Settlement& settlement : server().settlements) {
    EXPECT_EQ(settlement.delay, absl::ZeroDuration());
  }
  EXPECT_FALSE(health().producers[0].running);
  // What was on its way comes; it is handed back, too.
  Deliver({4});

  clock_.Advance(absl::Milliseconds(4990));
  EXPECT_FALSE(result_.has_value());
  clock_.Advance(absl::Milliseconds(20));
  EXPECT_EQ(result_, absl::OkStatus());
  EXPECT_THAT(server().calls, ElementsAre("stop deliveries", "nak 2", "nak 3",
                                          "nak 4", "ack 1", "flush", "close"));
  EXPECT_EQ(health().phase, Phase::kStopped);
  EXPECT_FALSE(health().connected);
  EXPECT_EQ(health().actors[0].handled, 1);
}

TEST_F(LifecycleTest, ASecondStopChangesNothing) {
  Run();
  lifecycle().Stop();
  lifecycle().Stop(absl::InternalError("too late"));
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(result_, absl::OkStatus());
}

TEST_F(LifecycleTest, CancelsWhatOutlastsItsGrace) {
  options_.grace = absl::Seconds(10);
  handle_ = [](const Context& context) -> Task<absl::Status> {
    co_await context.clock().Sleep(absl::Hours(1));
    co_return absl::OkStatus();
  };
  Run();
  Deliver({1});
  lifecycle().Stop();
  clock_.Advance(absl::Milliseconds(9990));
  EXPECT_THAT(server().settlements, IsEmpty());
  EXPECT_FALSE(result_.has_value());
  clock_.Advance(absl::Milliseconds(20));
  EXPECT_EQ(result_, absl::OkStatus());
  // It has failed, as far as anybody knows.
  ASSERT_EQ(server().settlements.size(), 1u);
  EXPECT_EQ(server().settlements[0].kind, Settlement::kNak);
  EXPECT_GT(server().settlements[0].delay, absl::ZeroDuration());
  EXPECT_TRUE(server().closed);
}

TEST_F(LifecycleTest, WaitsForHandlersThatIgnoreBeingCancelled) {
  options_.grace = absl::Seconds(10);
  Suspension foreign;
  handle_ = [&](const Context&) -> Task<absl::Status> {
    co_await foreign.Wait([] {});
    co_return absl::OkStatus();
  };
  Run();
  Deliver({1});
  lifecycle().Stop();
  clock_.Advance(absl::Seconds(30));
  EXPECT_FALSE(result_.has_value());
  EXPECT_EQ(health().phase, Phase::kDraining);
  foreign.Resume();
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(result_, absl::OkStatus());
}

TEST_F(LifecycleTest, RunsProducersAndHandlersOnTheirExecutor) {
  options_.executor = other_.get_executor();
  Run();
  EXPECT_EQ(producer_runs_, 0);
  Deliver({1});
  other_.poll();
  EXPECT_EQ(producer_runs_, 1);
  clock_.Advance(absl::Seconds(5));
  lifecycle().Stop();
  for (int i = 0; i < 10; ++i) {
    other_.restart();
    other_.poll();
    clock_.Advance(absl::Milliseconds(10));
  }
  EXPECT_EQ(result_, absl::OkStatus());
  EXPECT_THAT(server().calls, Contains("ack 1"));
}

}  // namespace
}  // namespace walnats::internal
