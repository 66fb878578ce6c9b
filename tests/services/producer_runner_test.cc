#include "walnats/services/producer_runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <deque>
#include <optional>
#include <stdexcept>

#include "tests/services/note.h"
#include "walnats/client/client_core.h"
#include "walnats/log.h"
#include "walnats/testing/fake_clock.h"

namespace walnats::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ProducerRunnerTest : public ::testing::Test {
 protected:
  ProducerRunnerTest() { SetLogLevel(LogLevel::kOff); }
  ~ProducerRunnerTest() override { SetLogLevel(LogLevel::kWarning); }

  // Runs a producer that ends with each of `ends_`, OK when there is none left.
  ProducerRunner& Start(ProducerOptions options) {
    return StartAs([this] { return NextEnd(); }, options);
  }
  ProducerRunner& StartAs(std::function<Task<absl::Status>()> run,
                          ProducerOptions options = {}) {
    auto body = [this, run = std::move(run)](Client) {
      starts_.push_back(clock_.Now() - start_);
      return run();
    };
    runner_.emplace(Producer("feed", {}, body, options), client_, clock_,
                    executor_);
    runner_->Begin();
    clock_.Poll();
    return *runner_;
  }
  Task<absl::Status> NextEnd() {
    if (ends_.empty()) co_return absl::OkStatus();
    absl::Status end = ends_.front();
    ends_.pop_front();
    co_return end;
  }
  Task<absl::Status> SleepLong() {
    co_await clock_.Sleep(absl::Hours(1));
    co_return absl::OkStatus();
  }

  boost::asio::io_context other_;  // another thread than that of the clock
  boost::asio::io_context io_;
  testing::FakeClock clock_{io_};
  const absl::Time start_ = clock_.Now();
  Executor executor_ = io_.get_executor();
  Client client_{std::make_shared<ClientCore>(
      std::shared_ptr<boost::asio::io_context>(std::shared_ptr<void>(), &io_),
      std::shared_ptr<Clock>(std::shared_ptr<void>(), &clock_))};
  std::deque<absl::Status> ends_;
  std::vector<absl::Duration> starts_;
  std::optional<ProducerRunner> runner_;
};

TEST_F(ProducerRunnerTest, EndsWhenItReturnsOk) {
  ProducerRunner& runner = Start({});
  EXPECT_TRUE(runner.ended());
  clock_.Advance(absl::Hours(1));
  EXPECT_EQ(starts_.size(), 1u);
  EXPECT_FALSE(runner.Health().running);
  EXPECT_EQ(runner.Health().problem, "");
  EXPECT_EQ(runner.Health().name, "feed");
}

TEST_F(ProducerRunnerTest, StartsAgainAfterFailuresWithDoubledDelays) {
  ends_.assign(5, absl::UnavailableError("no feed"));
  ProducerRunner& runner =
      Start({.delay = absl::Seconds(1), .delay_max = absl::Seconds(5)});
  EXPECT_TRUE(runner.ended());
  EXPECT_EQ(runner.Health().problem, "UNAVAILABLE: no feed");
  clock_.Advance(absl::Seconds(1) - absl::Nanoseconds(1));
  EXPECT_EQ(starts_.size(), 1u);
  clock_.Advance(absl::Minutes(5));
  EXPECT_THAT(starts_, ElementsAre(absl::ZeroDuration(), absl::Seconds(1),
                                   absl::Seconds(3), absl::Seconds(7),
                                   absl::Seconds(12), absl::Seconds(17)));
  EXPECT_EQ(runner.Health().problem, "");
  EXPECT_EQ(runner.Health().restarts, 5);
}

TEST_F(ProducerRunnerTest, ARunOfMoreThanAMinuteBeginsTheRowAnew) {
  int left = 4;
  StartAs([&]() -> Task<absl::Status> {
    if (--left == 1) co_await clock_.Sleep(absl::Seconds(61));
    if (left == 0) co_await clock_.Sleep(absl::Hours(9));
    co_return absl::UnavailableError("no feed");
  });
  clock_.Advance(absl::Minutes(3));
  // Delays of 1 and 2 s, then, after 61 s of work, of 1 s again.
  EXPECT_THAT(starts_, ElementsAre(absl::ZeroDuration(), absl::Seconds(1),
                                   absl::Seconds(3), absl::Seconds(65)));
  runner_->Stop();
  clock_.Poll();
  EXPECT_TRUE(runner_->ended());
}

TEST_F(ProducerRunnerTest, NeverRestartsIfToldSo) {
  ends_ = {absl::UnavailableError("no feed")};
  ProducerRunner& runner = Start({.restart = Restart::kNever});
  clock_.Advance(absl::Hours(1));
  EXPECT_EQ(starts_.size(), 1u);
  EXPECT_EQ(runner.Health().problem, "UNAVAILABLE: no feed");
  EXPECT_EQ(runner.Health().restarts, 0);
}

TEST_F(ProducerRunnerTest, AlwaysRestartsIfToldSo) {
  ProducerRunner& runner =
      Start({.restart = Restart::kAlways, .delay = absl::Seconds(10)});
  clock_.Advance(absl::Seconds(25));
  EXPECT_THAT(starts_, ElementsAre(absl::ZeroDuration(), absl::Seconds(10),
                                   absl::Seconds(20)));
  EXPECT_EQ(runner.Health().problem, "");
  runner.Stop();
  clock_.Advance(absl::Hours(1));
  EXPECT_EQ(starts_.size(), 3u);
}

TEST_F(ProducerRunnerTest, CancelsOnStop) {
  ProducerRunner& runner = StartAs([this] { return SleepLong(); });
  EXPECT_TRUE(runner.Health().running);
  EXPECT_FALSE(runner.ended());
  runner.Stop();
  clock_.Poll();
  EXPECT_TRUE(runner.ended());
  EXPECT_FALSE(runner.Health().running);
  EXPECT_EQ(runner.Health().problem, "");
  clock_.Advance(absl::Hours(2));
  EXPECT_EQ(starts_.size(), 1u);
}

TEST_F(ProducerRunnerTest, DoesNotRestartOnceStopped) {
  ends_ = {absl::UnavailableError("no feed")};
  ProducerRunner& runner = Start({});
  runner.Stop();
  clock_.Advance(absl::Hours(1));
  EXPECT_EQ(starts_.size(), 1u);
}

TEST_F(ProducerRunnerTest, TakesAnExceptionForAFailure) {
  int left = 3;
  ProducerRunner& runner = StartAs([&]() -> Task<absl::Status> {
    --left;
    // Thrown before there is a Task, in one, then not at all.
    if (left == 2) throw std::runtime_error("early");
    return [](int state) -> Task<absl::Status> {
      if (state == 1) throw std::runtime_error("late");
      co_return absl::OkStatus();
    }(left);
  });
  EXPECT_THAT(runner.Health().problem, HasSubstr("early"));
  clock_.Advance(absl::Seconds(1));
  EXPECT_THAT(runner.Health().problem, HasSubstr("late"));
  clock_.Advance(absl::Seconds(2));
  EXPECT_EQ(runner.Health().problem, "");
  EXPECT_EQ(starts_.size(), 3u);
}

TEST_F(ProducerRunnerTest, ReportsOnTheClocksThreadAndStopsOnItsOwn) {
  executor_ = boost::asio::make_strand(other_.get_executor());
  ProducerRunner& runner = StartAs([this] { return SleepLong(); });
  EXPECT_TRUE(starts_.empty());
  other_.poll();
  EXPECT_EQ(starts_.size(), 1u);
  clock_.Poll();
  runner.Stop();
  clock_.Poll();
  EXPECT_FALSE(runner.ended());
  other_.restart();
  other_.poll();  // the cancellation, on the producer's executor
  clock_.Poll();
  other_.restart();
  other_.poll();
  EXPECT_FALSE(runner.ended());
  clock_.Poll();
  EXPECT_TRUE(runner.ended());
}

TEST_F(ProducerRunnerTest, MayDieBeforeABusyExecutorHasHeardOfItsStop) {
  executor_ = boost::asio::make_strand(other_.get_executor());
  ProducerRunner& runner = Start({});
  other_.poll();  // the coroutine ends, which nobody has heard of yet
  runner.Stop();
  clock_.Poll();
  ASSERT_TRUE(runner.ended());
  runner_.reset();
  other_.restart();
  EXPECT_GT(other_.poll(), 0u);
}

}  // namespace
}  // namespace walnats::internal
