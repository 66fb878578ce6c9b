#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <thread>

#include "walnats/runtime/real_clock.h"
#include "walnats/testing/fake_clock.h"
#include "walnats/testing/run_task.h"

namespace walnats {
namespace {

namespace asio = boost::asio;
using testing::FakeClock;
using testing::RunTask;

// Runs an io_context on a thread of its own.
class Thread {
 public:
  ~Thread() {
    if (thread_.joinable()) Join();
  }
  asio::io_context& io() { return io_; }

  void Join() {
    guard_.reset();
    thread_.join();
  }

 private:
  asio::io_context io_;
  asio::executor_work_guard<asio::io_context::executor_type> guard_ =
      asio::make_work_guard(io_);
  std::thread thread_{[this] { io_.run(); }};
};

// A coroutine that sleeps, and what became of it.
struct Sleeping {
  boost::system::error_code error;
  bool done = false;
  asio::cancellation_signal signal;
};

void Start(asio::io_context& io, Clock& clock, absl::Duration duration,
           Sleeping& out) {
  auto sleep = [](Clock& time, absl::Duration span, Sleeping& result,
                  std::shared_ptr<int>) -> Task<void> {
    co_await asio::this_coro::reset_cancellation_state(
        asio::enable_total_cancellation());
    try {
      co_await time.Sleep(span);
    } catch (const boost::system::system_error& error) {
      result.error = error.code();
    }
    result.done = true;
  };
  asio::co_spawn(
      io, sleep(clock, duration, out, std::make_shared<int>()),
      asio::bind_cancellation_slot(out.signal.slot(), asio::detached));
}

TEST(SleepTest, WaitsForItsTime) {
  asio::io_context io;
  FakeClock clock(io);
  Sleeping sleeping;
  Start(io, clock, absl::Seconds(5), sleeping);
  clock.Advance(absl::Seconds(4));
  EXPECT_FALSE(sleeping.done);
  clock.Advance(absl::Seconds(1));
  EXPECT_TRUE(sleeping.done);
  EXPECT_FALSE(sleeping.error);
}

TEST(SleepTest, ReturnsAtOnceForNothing) {
  asio::io_context io;
  FakeClock clock(io);
  RunTask(io, clock.Sleep(absl::ZeroDuration()));
  RunTask(io, clock.Sleep(-absl::InfiniteDuration()));
}

TEST(SleepTest, SleepsForEver) {
  asio::io_context io;
  FakeClock clock(io);
  Sleeping sleeping;
  Start(io, clock, absl::InfiniteDuration(), sleeping);
  clock.Advance(absl::Hours(1'000'000));
  EXPECT_FALSE(sleeping.done);
}

TEST(SleepTest, EndsWithOperationAbortedWhenCancelled) {
  for (asio::cancellation_type type :
       {asio::cancellation_type::terminal, asio::cancellation_type::partial,
        asio::cancellation_type::total}) {
    asio::io_context io;
    FakeClock clock(io);
    Sleeping sleeping;
    Start(io, clock, absl::Seconds(5), sleeping);
    clock.Advance(absl::Seconds(1));
    sleeping.signal.emit(type);
    EXPECT_EQ(clock.next(), clock.Now() + absl::Seconds(4));
    clock.Poll();
    EXPECT_TRUE(sleeping.done);
    EXPECT_EQ(sleeping.error, asio::error::operation_aborted);
    EXPECT_EQ(clock.next(), absl::InfiniteFuture());
  }
}

TEST(SleepTest, IgnoresACancellationThatComesTooLate) {
  asio::io_context io;
  FakeClock clock(io);
  Sleeping sleeping;
  Start(io, clock, absl::Seconds(5), sleeping);
  clock.Poll();
  asio::post(io, [&] {
    clock.RunDue(clock.Now() + absl::Seconds(5));
    sleeping.signal.emit(asio::cancellation_type::terminal);
  });
  clock.Poll();
  EXPECT_TRUE(sleeping.done);
  EXPECT_FALSE(sleeping.error);
}

TEST(SleepTest, ResumesOnTheExecutorThatAwaits) {
  asio::io_context io;
  Thread thread;
  RealClock clock(thread.io());
  const std::thread::id here = std::this_thread::get_id();
  auto sleep = [&]() -> Task<void> {
    for (int i = 0; i < 50; ++i) {
      co_await clock.Sleep(absl::Microseconds(10 * (i % 5)));
      EXPECT_EQ(std::this_thread::get_id(), here);
    }
  };
  RunTask(io, sleep());
  thread.Join();
}

TEST(SleepTest, IsCancelledFromAnotherThreadThanTheClocks) {
  asio::io_context io;
  Thread thread;
  RealClock clock(thread.io());
  for (int i = 0; i < 500; ++i) {
    Sleeping sleeping;
    Start(io, clock, absl::Microseconds(5 * (i % 20)) + absl::Nanoseconds(1),
          sleeping);
    io.restart();
    io.poll();
    sleeping.signal.emit(asio::cancellation_type::terminal);
    io.restart();
    io.run();
    EXPECT_TRUE(sleeping.done);
  }
  thread.Join();  // it may still be inside of its last post to `io`
}

TEST(SleepTest, IsCancelledOnItsWayToTheClock) {
  asio::io_context clocks_io;
  FakeClock clock(clocks_io);
  asio::io_context io;
  Sleeping sleeping;
  Start(io, clock, absl::Seconds(5), sleeping);
  io.poll();  // the timer is not armed yet: the clock's loop does that
  sleeping.signal.emit(asio::cancellation_type::total);
  io.poll();
  clock.Poll();
  io.run();
  EXPECT_EQ(sleeping.error, asio::error::operation_aborted);
  EXPECT_EQ(clock.next(), absl::InfiniteFuture());
}

template <class SomeClock>
void DieWithSleepers() {
  auto alive = std::make_shared<int>();
  {
    asio::io_context io;
    SomeClock clock(io);
    auto sleep = [](Clock& time, std::shared_ptr<int>) -> Task<void> {
      co_await time.Sleep(absl::Hours(1));
    };
    for (int i = 0; i < 3; ++i) {
      asio::co_spawn(io, sleep(clock, alive), asio::detached);
    }
    io.poll();
    asio::co_spawn(io, sleep(clock, alive), asio::detached);  // not started
    EXPECT_EQ(alive.use_count(), 5);
  }
  EXPECT_EQ(alive.use_count(), 1);
}

TEST(SleepTest, SleepersDieWithTheirFakeClock) { DieWithSleepers<FakeClock>(); }

TEST(SleepTest, SleepersDieWithTheirRealClock) { DieWithSleepers<RealClock>(); }

TEST(SleepTest, ASleepOnItsWayToTheClockDiesWithTheLoop) {
  auto alive = std::make_shared<int>();
  {
    asio::io_context io;
    asio::io_context clocks_io;
    FakeClock clock(clocks_io);
    auto sleep = [](Clock& time, std::shared_ptr<int>) -> Task<void> {
      co_await time.Sleep(absl::Hours(1));
    };
    asio::co_spawn(io, sleep(clock, alive), asio::detached);
    io.poll();
    EXPECT_EQ(alive.use_count(), 2);
  }
  EXPECT_EQ(alive.use_count(), 1);
}

}  // namespace
}  // namespace walnats
