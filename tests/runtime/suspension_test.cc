#include "walnats/runtime/suspension.h"

#include <algorithm>
#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <cstdint>
#include <thread>

#include "walnats/testing/run_task.h"

namespace walnats {
namespace {

namespace asio = boost::asio;
using testing::RunTask;

// ThreadSanitizer makes them twenty times slower.
#ifdef __SANITIZE_THREAD__
constexpr int kRoundTrips = 50'000;
#else
constexpr int kRoundTrips = 1'000'000;
#endif

// Resumes, on a thread of its own, whatever Suspension is put into `next`.
class Resumer {
 public:
  Resumer() : thread_([this] { Run(); }) {}
  ~Resumer() {
    ended_ = true;
    thread_.join();
  }

  std::atomic<Suspension*> next = nullptr;

 private:
  void Run() {
    while (!ended_) {
      if (Suspension* suspension = next.exchange(nullptr)) {
        suspension->Resume();
      } else {
        std::this_thread::yield();
      }
    }
  }

  std::atomic<bool> ended_ = false;
  std::thread thread_;
};

uintptr_t StackAddress() {
  return reinterpret_cast<uintptr_t>(__builtin_frame_address(0));
}

TEST(SuspensionTest, StartsOnlyWhenAwaited) {
  bool started = false;
  Suspension suspension;
  {
    Task<void> dropped = suspension.Wait([&] { started = true; });
  }
  EXPECT_FALSE(started);
}

TEST(SuspensionTest, ResumesInsideResumeOnTheSameThread) {
  asio::io_context io;
  Suspension suspension;
  bool resumed = false;
  auto wait = [&]() -> Task<void> {
    co_await suspension.Wait([] {});
    resumed = true;
  };
  asio::co_spawn(io, wait(), asio::detached);
  io.poll();
  EXPECT_FALSE(resumed);
  asio::post(io, [&] {
    suspension.Resume();
    EXPECT_TRUE(resumed);
  });
  io.restart();
  io.poll();
  EXPECT_TRUE(resumed);
}

TEST(SuspensionTest, PostsWhenResumedOutsideOfTheExecutor) {
  asio::io_context io;
  Suspension suspension;
  bool resumed = false;
  auto wait = [&]() -> Task<void> {
    co_await suspension.Wait([] {});
    resumed = true;
  };
  asio::co_spawn(io, wait(), asio::detached);
  io.poll();
  suspension.Resume();
  EXPECT_FALSE(resumed);
  io.restart();
  io.poll();
  EXPECT_TRUE(resumed);
}

TEST(SuspensionTest, ResumeInsideStartDoesNotRecurse) {
  asio::io_context io;
  Suspension suspension;
  bool inside = false;
  auto wait = [&]() -> Task<bool> {
    co_await suspension.Wait([&] {
      inside = true;
      suspension.Resume();
      inside = false;
    });
    co_return inside;
  };
  EXPECT_FALSE(RunTask(io, wait()));
}

TEST(SuspensionTest, AMillionRoundTripsDoNotGrowTheStack) {
  asio::io_context io;
  uintptr_t lowest = UINTPTR_MAX;
  uintptr_t highest = 0;
  auto wait = [&]() -> Task<void> {
    Suspension suspension;
    for (int i = 0; i < kRoundTrips; ++i) {
      co_await suspension.Wait([&] { suspension.Resume(); });
      lowest = std::min(lowest, StackAddress());
      highest = std::max(highest, StackAddress());
    }
  };
  RunTask(io, wait());
  EXPECT_LT(highest - lowest, 4096u);
}

TEST(SuspensionTest, AMillionInlineResumesDoNotGrowTheStack) {
  asio::io_context io;
  Suspension suspension;
  int resumed = 0;
  auto wait = [&]() -> Task<void> {
    while (resumed < kRoundTrips) {
      co_await suspension.Wait([] {});
      ++resumed;
    }
  };
  asio::co_spawn(io, wait(), asio::detached);
  asio::post(io, [&] {
    const uintptr_t before = StackAddress();
    for (int i = 0; i < kRoundTrips; ++i) suspension.Resume();
    EXPECT_EQ(StackAddress(), before);
  });
  io.run();
  EXPECT_EQ(resumed, kRoundTrips);
}

TEST(SuspensionTest, MayDieAsSoonAsItIsResumedFromAnotherThread) {
  asio::io_context io;
  Resumer resumer;
  int resumed = 0;
  const std::thread::id thread = std::this_thread::get_id();
  auto wait = [&]() -> Task<void> {
    for (; resumed < 20'000; ++resumed) {
      auto suspension = std::make_unique<Suspension>();
      co_await suspension->Wait([&] { resumer.next = suspension.get(); });
      EXPECT_EQ(std::this_thread::get_id(), thread);
    }
  };
  RunTask(io, wait());
  EXPECT_EQ(resumed, 20'000);
}

TEST(SuspensionTest, IsResumedByAnotherThreadWhileStartRuns) {
  asio::io_context io;
  Resumer resumer;
  Suspension suspension;
  int resumed = 0;
  auto wait = [&]() -> Task<void> {
    for (; resumed < 2'000; ++resumed) {
      bool starting = true;
      co_await suspension.Wait([&] {
        resumer.next = &suspension;
        while (resumer.next != nullptr) std::this_thread::yield();
        starting = false;
      });
      EXPECT_FALSE(starting);
    }
  };
  RunTask(io, wait());
  EXPECT_EQ(resumed, 2'000);
}

TEST(SuspensionTest, UnwindsACoroutineWhoseLoopEndsAfterResume) {
  auto alive = std::make_shared<int>();
  {
    asio::io_context io;
    auto wait = [](std::shared_ptr<int> held, Suspension*& out) -> Task<void> {
      Suspension suspension;
      out = &suspension;
      co_await suspension.Wait([] {});
      ++*held;
    };
    Suspension* suspension = nullptr;
    asio::co_spawn(io, wait(alive, suspension), asio::detached);
    io.poll();
    EXPECT_EQ(alive.use_count(), 2);
    suspension->Resume();  // posted, never run
  }
  EXPECT_EQ(alive.use_count(), 1);
  EXPECT_EQ(*alive, 0);
}

}  // namespace
}  // namespace walnats
