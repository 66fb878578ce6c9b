// Handlers on other threads than the connection's: an executor for all of
// them, or Blocking for one.

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <set>
#include <stdexcept>
#include <thread>

#include "tests/actor/stage.h"
#include "walnats/runtime/timer_queue.h"

namespace walnats {
namespace {

namespace asio = boost::asio;
using ::testing::ElementsAre;
using testing::Incoming;
using testing::kMailSent;
using testing::kParcelSent;
using testing::Published;
using testing::QuickRetries;
using testing::Stage;
using ::testing::UnorderedElementsAre;

// With threads beside the loop's, which end before the loop dies: they may
// still be inside of their last post to it.
class PooledStage : public Stage {
 public:
  explicit PooledStage(int threads) : pool_(threads) {}
  ~PooledStage() {
    End();
    pool_.join();
    handlers = {};
  }
  asio::thread_pool& pool() { return pool_; }

 private:
  asio::thread_pool pool_;
};

std::vector<Incoming> Messages(uint64_t count) {
  std::vector<Incoming> messages;
  for (uint64_t i = 1; i <= count; ++i) messages.push_back({.sequence = i});
  return messages;
}

ActorOptions Jobs(int max_jobs) {
  ActorOptions options = QuickRetries();
  options.max_jobs = max_jobs;
  return options;
}

// Waits until so many messages are settled.
void ExpectSettled(Stage& stage, size_t count) {
  EXPECT_TRUE(stage.WaitFor(
      [&] { return stage.transport.settlements.size() >= count; }));
  EXPECT_EQ(stage.transport.settlements.size(), count);
}

TEST(ForeignExecutorTest, RunsHandlersThere) {
  PooledStage stage(2);
  stage.handlers = stage.pool().get_executor();
  std::atomic<int> strangers{0};
  auto look = [&, here = std::this_thread::get_id()](
                  const std::string&, const Context& context) -> Task<void> {
    if (std::this_thread::get_id() != here) ++strangers;
    EXPECT_GT(context.deadline(), context.clock().Now());
    co_return;
  };
  stage.Run(Actor("mailer", kParcelSent, look, Jobs(4)));
  stage.DeliverAll(Messages(200));
  ExpectSettled(stage, 200);
  EXPECT_EQ(strangers, 200);
  EXPECT_EQ(stage.health().handled, 200);
}

TEST(ForeignExecutorTest, RunsNoMoreThanMaxJobsAtOnce) {
  PooledStage stage(4);
  stage.handlers = stage.pool().get_executor();
  std::atomic<int> running{0};
  std::atomic<int> most{0};
  auto count = [&](const std::string&) -> Task<void> {
    const int now = ++running;
    for (int seen = most; seen < now && !most.compare_exchange_weak(seen, now);)
      ;
    std::this_thread::yield();
    --running;
    co_return;
  };
  stage.Run(Actor("mailer", kParcelSent, count, Jobs(2)));
  stage.DeliverAll(Messages(300));
  ExpectSettled(stage, 300);
  EXPECT_LE(most, 2);
}

TEST(ForeignExecutorTest, EmitsFromThere) {
  PooledStage stage(2);
  stage.handlers = stage.pool().get_executor();
  std::set<std::thread::id> publishers;
  stage.transport.on_publish =
      [&](const Published&) -> absl::StatusOr<transport::PubAck> {
    publishers.insert(std::this_thread::get_id());
    return transport::PubAck{};
  };
  auto emit = [](const std::string& text,
                 const Context& context) -> Task<absl::Status> {
    co_return (co_await context.Emit(kMailSent, text)).status();
  };
  stage.Run(Actor("mailer", kParcelSent, emit, Jobs(4)));
  stage.DeliverAll(Messages(100));
  ExpectSettled(stage, 100);
  EXPECT_EQ(stage.health().handled, 100);
  EXPECT_THAT(publishers, ElementsAre(std::this_thread::get_id()));
}

TEST(ForeignExecutorTest, CancelsHandlersThere) {
  PooledStage stage(2);
  stage.handlers = stage.pool().get_executor();
  std::atomic<int> asleep{0};
  auto sleep = [&](const std::string&, const Context& context) -> Task<void> {
    ++asleep;
    co_await context.clock().Sleep(absl::Hours(1));
  };
  ActorOptions options = Jobs(2);
  options.job_timeout = absl::Seconds(5);
  stage.Run(Actor("mailer", kParcelSent, sleep, options));
  stage.DeliverAll(Messages(2));
  ASSERT_TRUE(stage.WaitFor([&] { return asleep == 2; }));
  stage.clock().Advance(absl::Seconds(5));
  ASSERT_TRUE(stage.WaitFor([&] { return stage.health().running == 0; }));
  EXPECT_THAT(stage.settled(), UnorderedElementsAre("nak 1 1s", "nak 2 1s"));
}

// The handler has ended when its time is over, but the runner does not know
// yet: what is cancelled must not be the worker's next job.
TEST(ForeignExecutorTest, ATimeoutThatComesTooLateSparesTheNextJob) {
  asio::io_context elsewhere;  // run by hand
  Stage stage;
  stage.handlers = elsewhere.get_executor();
  auto ok = [](const std::string&, const Context& context) -> Task<void> {
    co_await context.clock().Sleep(absl::ZeroDuration());
  };
  ActorOptions options = Jobs(1);
  options.job_timeout = absl::Seconds(5);
  // Set first, so it fires before the time-out of the same moment.
  Timer end_of_handler(stage.clock(), [&] { elsewhere.poll(); });
  end_of_handler.Set(stage.clock().Now() + options.job_timeout);
  stage.Run(Actor("mailer", kParcelSent, ok, options));
  stage.DeliverAll(Messages(2));
  stage.clock().Advance(options.job_timeout);
  stage.meanwhile = [&] {
    elsewhere.restart();
    elsewhere.poll();
  };
  ExpectSettled(stage, 2);
  EXPECT_THAT(stage.settled(), ElementsAre("nak 1 1s", "ack 2"));
}

// ---- Blocking

TEST(BlockingTest, RunsPlainHandlersInThePool) {
  PooledStage stage(2);
  std::atomic<int> strangers{0};
  auto block = [&, here = std::this_thread::get_id()](const std::string&) {
    if (std::this_thread::get_id() != here) ++strangers;
  };
  stage.Run(
      Actor("mailer", kParcelSent, Blocking(stage.pool(), block), Jobs(4)));
  stage.DeliverAll(Messages(100));
  ExpectSettled(stage, 100);
  EXPECT_EQ(strangers, 100);
  EXPECT_EQ(stage.health().handled, 100);
}

TEST(BlockingTest, RunsMaxJobsAtOnceAndNoMore) {
  PooledStage stage(4);
  std::atomic<int> running{0};
  std::atomic<bool> go{false};
  auto block = [&](const std::string&) {
    ++running;
    go.wait(false);
    --running;
  };
  stage.Run(
      Actor("mailer", kParcelSent, Blocking(stage.pool(), block), Jobs(3)));
  stage.DeliverAll(Messages(5));
  EXPECT_TRUE(stage.WaitFor([&] { return running == 3; }));
  EXPECT_EQ(stage.health().running, 3);
  EXPECT_EQ(stage.health().waiting, 2);
  go = true;
  go.notify_all();
  ExpectSettled(stage, 5);
}

TEST(BlockingTest, PassesOnStatusContextAndException) {
  PooledStage stage(1);
  auto block = [](const std::string&, const Context& context) {
    if (context.sequence() == 1) throw std::runtime_error("boom");
    return absl::InvalidArgumentError("bad");
  };
  stage.Run(
      Actor("mailer", kParcelSent, Blocking(stage.pool(), block), Jobs(1)));
  stage.DeliverAll(Messages(2));
  ExpectSettled(stage, 2);
  EXPECT_THAT(stage.settled(), ElementsAre("nak 1 1s", "term 2 bad"));
}

TEST(BlockingTest, PulsesWhileItBlocks) {
  PooledStage stage(1);
  std::atomic<bool> go{false};
  auto block = [&](const std::string&) { go.wait(false); };
  stage.Run(
      Actor("mailer", kParcelSent, Blocking(stage.pool(), block), Jobs(1)));
  stage.DeliverAll(Messages(1));
  stage.clock().Advance(absl::Seconds(35));
  EXPECT_THAT(stage.transport.pulses, ElementsAre(1, 1, 1));
  go = true;
  go.notify_all();
  ExpectSettled(stage, 1);
  EXPECT_THAT(stage.settled(), ElementsAre("ack 1"));
}

}  // namespace
}  // namespace walnats
