#include "walnats/runtime/spawn.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <optional>
#include <stdexcept>

#include "walnats/runtime/real_clock.h"

namespace walnats {
namespace {

namespace asio = boost::asio;

Task<absl::Status> Return(absl::Status status) { co_return status; }

Task<absl::Status> ThrowException() {
  throw std::runtime_error("disk on fire");
  co_return absl::OkStatus();
}

Task<absl::Status> ThrowNumber() {
  throw 7;
  co_return absl::OkStatus();
}

absl::Status Result(Task<absl::Status> task) {
  asio::io_context io;
  std::optional<absl::Status> result;
  Spawn(io.get_executor(), std::move(task),
        [&](absl::Status status) { result = status; });
  io.run();
  return result.value_or(absl::UnknownError("not done"));
}

TEST(SpawnTest, ReportsTheResult) {
  EXPECT_EQ(Result(Return(absl::OkStatus())), absl::OkStatus());
  EXPECT_EQ(Result(Return(absl::NotFoundError("x"))), absl::NotFoundError("x"));
}

TEST(SpawnTest, ReportsWhatEscapesAsInternal) {
  EXPECT_EQ(Result(ThrowException()),
            absl::InternalError("exception escaped: disk on fire"));
  EXPECT_EQ(Result(ThrowNumber()),
            absl::InternalError("exception escaped: unknown exception"));
}

TEST(SpawnTest, StartsInsideTheCallOnTheExecutorsThread) {
  asio::io_context io;
  bool done = false;
  asio::post(io, [&] {
    Spawn(io.get_executor(), Return(absl::OkStatus()),
          [&](absl::Status) { done = true; });
    EXPECT_TRUE(done);
  });
  io.run();
  EXPECT_TRUE(done);
}

TEST(SpawnTest, StartsOnTheExecutorWhenCalledElsewhere) {
  asio::io_context io;
  bool done = false;
  Spawn(io.get_executor(), Return(absl::OkStatus()),
        [&](absl::Status) { done = true; });
  EXPECT_FALSE(done);
  io.run();
  EXPECT_TRUE(done);
}

Task<absl::Status> SleepLong(Clock& clock) {
  co_await clock.Sleep(absl::Hours(1));
  co_return absl::OkStatus();
}

TEST(SpawnTest, EndsACancelledTaskAsCancelled) {
  asio::io_context io;
  RealClock clock(io);
  Cancellation cancellation;
  absl::Status result;
  Spawn(io.get_executor(), SleepLong(clock), cancellation,
        [&](absl::Status status) { result = status; });
  asio::post(io, [&] { cancellation.Cancel(); });
  io.run();
  EXPECT_EQ(result.code(), absl::StatusCode::kCancelled);
}

TEST(SpawnTest, DropsEverythingWithItsExecutor) {
  auto alive = std::make_shared<int>();
  {
    asio::io_context io;
    Spawn(io.get_executor(), Return(absl::OkStatus()),
          [alive](absl::Status) { ++*alive; });
  }
  EXPECT_EQ(alive.use_count(), 1);
  EXPECT_EQ(*alive, 0);
}

}  // namespace
}  // namespace walnats
