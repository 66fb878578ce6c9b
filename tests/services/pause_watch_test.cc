#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <memory>
#include <optional>
#include <vector>

#include "tests/services/fake_server.h"
#include "walnats/client/client_core.h"
#include "walnats/log.h"
#include "walnats/runtime/spawn.h"
#include "walnats/services/pause.h"
#include "walnats/testing/fake_clock.h"

namespace walnats::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr absl::Time kForever = absl::InfiniteFuture();
constexpr absl::Time kNot = absl::InfinitePast();

// The actor "mailer" of the stream "shop-order". The test tells what the bucket
// holds, and answers what is written to it.
class PauseWatchTest : public ::testing::Test {
 protected:
  PauseWatchTest() {
    SetLogLevel(LogLevel::kOff);
    server_.info.features.api_level = 0;
    server_.PutStream({.name = "KV_walnats-control"});
    server_.PutStream({.name = "shop-order"});
    server_.PutConsumer("shop-order", {.name = "mailer"});
    client_->Open(server_);
    watch_.Add("shop-order", "mailer",
               [this](absl::Time until) { told_.push_back(until); });
    watch_.Begin();
    clock_.Advance(absl::Seconds(1));
  }
  ~PauseWatchTest() override {
    watch_.Stop();
    clock_.Advance(absl::Seconds(10));
    client_->Close();
    clock_.Poll();
    SetLogLevel(LogLevel::kWarning);
  }

  // Somebody, this process too, has stored a pause; InfinitePast: a resume.
  void Tell(uint64_t revision, absl::Time until) {
    testing::Incoming entry{.sequence = revision};
    entry.subject = "$KV.walnats-control.pause.shop-order.mailer";
    if (until == kNot) {
      entry.headers = {{"KV-Operation", "DEL"}};
    } else {
      entry.body = PauseRecord(until);
    }
    server_.flow().Deliver(entry);
    server_.flow().Idle();
    clock_.Poll();
  }
  // Of this process.
  void Pause(absl::Time until) {
    result_.reset();
    Spawn(clock_.executor(),
          watch_.Pause(server_, Client(client_), "shop-order", "mailer", until),
          [this](absl::Status status) { result_ = std::move(status); });
    clock_.Poll();
    ASSERT_EQ(result_, std::nullopt) << *result_;
  }
  void Answer(uint64_t revision) {
    server_.Answer(transport::PubAck{.stream = "KV_walnats-control",
                                     .sequence = revision});
    clock_.Poll();
    EXPECT_EQ(result_, absl::OkStatus());
  }

  boost::asio::io_context io_;
  testing::FakeClock clock_{io_};
  testing::FakeServer server_{clock_};
  const std::shared_ptr<ClientCore> client_ = std::make_shared<ClientCore>(
      std::shared_ptr<boost::asio::io_context>(std::shared_ptr<void>(), &io_),
      std::shared_ptr<Clock>(std::shared_ptr<void>(), &clock_));
  PauseWatch watch_{Client(client_), clock_, absl::Seconds(10)};
  std::vector<absl::Time> told_;
  std::optional<absl::Status> result_;
};

TEST_F(PauseWatchTest, APauseOfThisProcessHoldsAtOnce) {
  Pause(kForever);
  EXPECT_THAT(told_, IsEmpty());
  Answer(1);
  EXPECT_THAT(told_, ElementsAre(kForever));
  Pause(kNot);
  Answer(2);
  EXPECT_THAT(told_, ElementsAre(kForever, kNot));
}

TEST_F(PauseWatchTest, AResumeThatIsToldBeforeTheAnswerOfAPauseIsNewer) {
  Pause(kForever);
  Tell(1, kForever);
  Tell(2, kNot);
  Answer(1);
  EXPECT_THAT(told_, ElementsAre(kForever, kNot));
}

TEST_F(PauseWatchTest, APauseThatIsToldBeforeTheAnswerOfAResumeIsNewer) {
  Pause(kNot);
  Tell(1, kNot);
  Tell(2, kForever);
  Answer(1);
  EXPECT_THAT(told_, ElementsAre(kNot, kForever));
}

TEST_F(PauseWatchTest, OfTwoPausesOfThisProcessTheOneStoredLastCounts) {
  Pause(absl::FromUnixSeconds(1));
  Pause(kForever);
  Answer(2);
  Answer(1);
  EXPECT_THAT(told_, ElementsAre(absl::FromUnixSeconds(1)));
}

TEST_F(PauseWatchTest, AResumeThatIsToldAfterTheAnswerOfAPauseMayBeOlder) {
  Pause(kForever);
  Answer(2);
  Tell(1, kNot);
  EXPECT_THAT(told_, ElementsAre(kForever));
  Tell(2, kForever);
  Tell(3, kNot);
  EXPECT_THAT(told_, ElementsAre(kForever, kForever, kNot));
}

}  // namespace
}  // namespace walnats::internal
