// Buckets used from many threads at once.

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <deque>
#include <string>
#include <thread>
#include <vector>

#include "tests/integration/services_fixture.h"
#include "walnats/kv.h"

namespace walnats::testing {
namespace {

constexpr int kThreads = 4;
constexpr int kEach = 25;

// Adds one to a number, `count` times.
Task<absl::Status> Add(Bucket bucket, int count) {
  while (count > 0) {
    const absl::StatusOr<KvEntry> entry = co_await bucket.Get("n");
    if (!entry.ok()) co_return entry.status();
    const std::string next = std::to_string(std::stoi(entry->value) + 1);
    const absl::StatusOr<uint64_t> added =
        co_await bucket.Update("n", next, entry->revision);
    if (added.ok()) --count;
    if (!added.ok() && !absl::IsAborted(added.status())) {
      co_return added.status();
    }
  }
  co_return absl::OkStatus();
}

// Reads until `last` comes.
Task<absl::Status> Follow(Bucket bucket, std::string last) {
  absl::StatusOr<KvWatch> watch = co_await bucket.Watch("n");
  if (!watch.ok()) co_return watch.status();
  for (;;) {
    const absl::StatusOr<std::optional<KvEntry>> next = co_await watch->Next();
    if (!next.ok()) co_return next.status();
    if (next->has_value() && (*next)->value == last) co_return absl::OkStatus();
  }
}

class KvThreadsTest : public ServicesServer {};

TEST_F(KvThreadsTest, NoUpdateIsLostAndAWatchSeesTheLast) {
  Running& shop = Start({.name = "shop", .emits = {kParcelSent}});
  const Bucket bucket(shop.client(), "numbers");
  ASSERT_TRUE(Await(bucket.Put("n", "0")).ok());
  // They outlive Services::Run, which may still wake them.
  std::deque<boost::asio::io_context> loops(kThreads);
  std::vector<std::thread> threads;
  for (boost::asio::io_context& io : loops) {
    threads.emplace_back([bucket, &io] {
      const absl::Status status = RunTask(io, Add(bucket, kEach));
      EXPECT_TRUE(status.ok()) << status.ToString();
    });
  }
  const absl::Status seen =
      Await(Follow(bucket, std::to_string(kThreads * kEach)));
  EXPECT_TRUE(seen.ok()) << seen.ToString();
  for (std::thread& thread : threads) thread.join();
  Stop();
}

// Never the grace period for what waits for the next change.
TEST_F(KvThreadsTest, ADrainEndsAProducerThatWatches) {
  std::atomic<bool> waits = false;
  const auto watch_all = [&](Client client) -> Task<absl::Status> {
    const Bucket bucket(client, "numbers");
    absl::StatusOr<KvWatch> watch = co_await bucket.Watch();
    if (!watch.ok()) co_return watch.status();
    for (;;) {
      const absl::StatusOr<std::optional<KvEntry>> next =
          co_await watch->Next();
      if (!next.ok()) co_return next.status();
      waits = true;
    }
  };
  ServicesOptions options = Options();
  options.grace = absl::Seconds(30);
  Start({.name = "shop",
         .emits = {kParcelSent},
         .producers = {Producer("watcher", {kParcelSent}, watch_all)}},
        options);
  ASSERT_TRUE(Eventually([&] { return waits.load(); }));
  const absl::Time begun = clock_.Now();
  Stop();
  EXPECT_LT(clock_.Now() - begun, absl::Seconds(15));
}

// Neither its destruction nor a call finds a thread that still runs.
TEST_F(KvThreadsTest, AWatchMayOutliveItsServices) {
  Running& shop = Start({.name = "shop", .emits = {kParcelSent}});
  const Bucket bucket(shop.client(), "numbers");
  ASSERT_TRUE(Await(bucket.Put("n", "0")).ok());
  absl::StatusOr<KvWatch> watch = Await(bucket.Watch());
  ASSERT_TRUE(watch.ok());
  EXPECT_TRUE(Await(watch->Next()).ok());
  Stop();
  EXPECT_EQ(Await(watch->Next()).status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Await(bucket.Get("n")).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace walnats::testing
