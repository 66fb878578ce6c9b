#include "walnats/services.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <optional>
#include <thread>

#include "absl/synchronization/notification.h"
#include "tests/services/fake_server.h"
#include "tests/services/note.h"
#include "walnats/runtime/spawn.h"

namespace walnats {
namespace {

using testing::FakeConnector;
using testing::FakeServer;
using ::testing::HasSubstr;

constexpr NoteEvent kOrder("shop.order");
constexpr NoteEvent kMail("mail");
constexpr absl::Duration kLimit = absl::Seconds(20);

Task<absl::Status> EmitOne(Client client, const NoteEvent& event) {
  const Note note{"x"};
  const absl::StatusOr<Receipt> receipt = co_await client.Emit(event, note);
  co_return receipt.status();
}

class ServicesTest : public ::testing::Test {
 protected:
  ~ServicesTest() override {
    if (!thread_.joinable()) return;
    services_->Stop();
    thread_.join();
  }

  // Runs them on a thread of their own.
  void Run() {
    thread_ = std::thread([this] {
      result_ = services_->Run(connector_);
      ended_.Notify();
    });
  }
  absl::Status Result() {
    if (!ended_.WaitForNotificationWithTimeout(kLimit)) {
      return absl::DeadlineExceededError("still running");
    }
    return result_;
  }
  // Emits on a thread of the test; the result comes when `io_` runs.
  void Emit(const NoteEvent& event) {
    Spawn(io_.get_executor(), EmitOne(services_->client(), event),
          [this](absl::Status status) { emitted_ = std::move(status); });
    Poll();
  }
  void Poll() {
    io_.restart();
    io_.poll();
  }
  // Adds an actor; `body` is delivered to it when all runs.
  void AddActor(Actor actor) {
    Service shop{.name = "shop"};
    shop.actors.push_back(std::move(actor));
    services_->Add(std::move(shop));
    services_->OnReady([this] {
      boost::asio::post(services_->client().executor(), [this] {
        testing::FakeFlow& flow = connector_.server->flow("mailer");
        flow.Deliver({.body = "x", .sequence = 1});
        flow.Idle();
      });
    });
  }

  boost::asio::io_context io_;
  FakeConnector connector_;
  std::optional<absl::Status> emitted_;
  std::optional<Services> services_{std::in_place};

 private:
  std::thread thread_;
  absl::Status result_;
  absl::Notification ended_;
};

TEST_F(ServicesTest, RunsOnceOnly) {
  services_->Stop();
  EXPECT_EQ(services_->Health().phase, Phase::kNew);
  EXPECT_EQ(services_->Run(connector_), absl::OkStatus());
  EXPECT_EQ(services_->Health().phase, Phase::kStopped);
  EXPECT_EQ(services_->Run(connector_),
            absl::FailedPreconditionError("run services: runs once only"));
}

TEST_F(ServicesTest, StoppedBeforeItRunsItRegistersAndEnds) {
  services_->Add({.name = "shop", .emits = {kOrder}});
  int streams = 0;
  connector_.prepare = [&](FakeServer& server) {
    server.before = [&](std::string_view call) {
      streams += call == "create stream shop-order";
      return absl::OkStatus();
    };
  };
  services_->Stop();
  EXPECT_EQ(services_->Run(connector_), absl::OkStatus());
  EXPECT_EQ(streams, 1);
}

TEST_F(ServicesTest, ConnectsNothingThatIsInvalid) {
  services_->Add({.name = "Shop"});
  const absl::Status status = services_->Run(connector_);
  EXPECT_EQ(status, services_->Validate());
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(connector_.server, nullptr);
  EXPECT_EQ(services_->Health().phase, Phase::kNew);
}

TEST_F(ServicesTest, SaysWhyItCouldNotConnect) {
  connector_.refusal = absl::UnavailableError("nats://a: refused");
  EXPECT_EQ(services_->Run(connector_), connector_.refusal);
  EXPECT_EQ(services_->Health().phase, Phase::kStopped);
}

TEST_F(ServicesTest, AnEmitWithoutRunEndsWithTheServices) {
  services_->Add({.name = "shop", .emits = {kOrder}});
  Emit(kOrder);
  EXPECT_FALSE(emitted_.has_value());
  services_.reset();
  Poll();
  EXPECT_EQ(emitted_, absl::FailedPreconditionError(
                          "emit \"shop.order\": the client is closed"));
}

TEST_F(ServicesTest, AnEmitBeforeRunWaitsForIt) {
  services_->Add({.name = "shop", .emits = {kOrder}});
  connector_.prepare = [](FakeServer& server) {
    server.on_publish = [](const testing::Published&) {
      return transport::PubAck{"shop-order", 1, false};
    };
  };
  Emit(kOrder);
  services_->OnReady([this] { services_->Stop(); });
  EXPECT_EQ(services_->Run(connector_), absl::OkStatus());
  Poll();
  EXPECT_EQ(emitted_, absl::OkStatus());
}

TEST_F(ServicesTest, AnEmitAfterRunIsRefused) {
  services_->Add({.name = "shop", .emits = {kOrder}});
  services_->Stop();
  EXPECT_EQ(services_->Run(connector_), absl::OkStatus());
  Emit(kOrder);
  EXPECT_EQ(emitted_, absl::FailedPreconditionError(
                          "emit \"shop.order\": the client is closed"));
}

TEST_F(ServicesTest, RefusesWhatNobodyRegistered) {
  services_->Add({.name = "shop", .emits = {kOrder}});
  Emit(kMail);
  ASSERT_TRUE(emitted_.has_value());
  EXPECT_EQ(emitted_->code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(emitted_->message()),
              HasSubstr("emit \"mail\": not registered"));
}

TEST_F(ServicesTest, HealthIsToldWhileAHandlerBlocks) {
  absl::Notification entered;
  absl::Notification leave;
  AddActor(Actor("mailer", kOrder, [&](const Note&) {
    entered.Notify();
    leave.WaitForNotification();
  }));
  Run();
  ASSERT_TRUE(entered.WaitForNotificationWithTimeout(kLimit));
  const Health health = services_->Health();
  EXPECT_EQ(health.phase, Phase::kRunning);
  EXPECT_TRUE(health.connected);
  EXPECT_EQ(health.actors.at(0).name, "mailer");
  EXPECT_EQ(health.actors.at(0).handled, 0);
  services_->Stop();
  leave.Notify();
  EXPECT_EQ(Result(), absl::OkStatus());
  EXPECT_EQ(services_->Health().actors.at(0).handled, 1);
}

// No timer of a job that ended long ago keeps the thread.
TEST_F(ServicesTest, EndsAtOnceWhenAHandlerStopsIt) {
  AddActor(Actor("mailer", kOrder,
                 [this](const Note&) -> Task<absl::Status> {
                   services_->Stop();
                   co_return absl::OkStatus();
                 },
                 {.ack_wait = 6 * kLimit, .job_timeout = 2 * kLimit}));
  Run();
  EXPECT_EQ(Result(), absl::OkStatus());
  EXPECT_EQ(services_->Health().actors.at(0).handled, 1);
}

}  // namespace
}  // namespace walnats
