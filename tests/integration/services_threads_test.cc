// Services used from many threads at once.

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/thread_pool.hpp>
#include <deque>

#include "tests/integration/services_fixture.h"
#include "walnats/base/strings.h"
#include "walnats/runtime/spawn.h"

namespace walnats::testing {
namespace {

constexpr int kEmitters = 4;
constexpr int kEmitsEach = 100;
constexpr int kEmits = kEmitters * kEmitsEach;

// Until the first that fails.
Task<absl::Status> EmitMany(Client client, int count) {
  for (int i = 0; i < count; ++i) {
    const std::string text = Cat("message ", i);
    const absl::StatusOr<Receipt> receipt =
        co_await client.Emit(kParcelSent, text);
    if (!receipt.ok()) co_return receipt.status();
  }
  co_return absl::OkStatus();
}

class ServicesThreadsTest : public ServicesServer {
 protected:
  ~ServicesThreadsTest() override {
    for (std::thread& emitter : emitters_) emitter.join();
    handlers_.join();
  }

  // An actor that emits too, on threads of its own.
  Running& StartShop() {
    auto handle = [this](const std::string& text,
                         const Context& context) -> Task<absl::Status> {
      const absl::StatusOr<Receipt> receipt =
          co_await context.Emit(kMailSent, text);
      if (receipt.ok()) handled_.fetch_add(1);
      co_return receipt.status();
    };
    ServicesOptions options = Options();
    options.executor = handlers_.get_executor();
    Actor mailer("mailer", kParcelSent, handle);
    return Start({.name = "shop", .emits = {kMailSent}, .actors = {mailer}},
                 options);
  }

  // Each on a thread of its own.
  void StartEmitters(Running& shop, int count) {
    for (int i = 0; i < kEmitters; ++i) {
      boost::asio::io_context& io = contexts_.emplace_back();
      emitters_.emplace_back([this, &io, client = shop.client(), count] {
        const absl::Status status = RunTask(io, EmitMany(client, count));
        // The drain may come first.
        if (!status.ok()) {
          EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
          refused_.fetch_add(1);
        }
      });
    }
  }

  std::atomic<int> handled_{0};
  std::atomic<int> refused_{0};

 private:
  // The connection's thread may still stand in a post to one whose last task
  // has ended.
  std::deque<boost::asio::io_context> contexts_;
  boost::asio::thread_pool handlers_{2};
  std::vector<std::thread> emitters_;
};

TEST_F(ServicesThreadsTest, HandlesWhatManyThreadsEmitUnderWatch) {
  Running& shop = StartShop();
  std::atomic<bool> over{false};
  int64_t most = 0;
  std::thread watcher([&] {
    while (!over) most = std::max(most, shop.actor().handled);
  });
  StartEmitters(shop, kEmitsEach);
  EXPECT_TRUE(Eventually([&] { return shop.actor().handled == kEmits; }));
  std::thread([&] { shop.services().Stop(); }).join();
  over = true;
  watcher.join();
  Stop();
  EXPECT_EQ(handled_, kEmits);
  EXPECT_EQ(refused_, 0);
  EXPECT_LE(most, kEmits);
  EXPECT_EQ(shop.health().events.at(0).emitted, kEmits);
}

// Stop comes in the midst of everything, from a thread of its own.
TEST_F(ServicesThreadsTest, StopsUnderLoad) {
  Running& shop = StartShop();
  StartEmitters(shop, 1'000'000);
  EXPECT_TRUE(Eventually([&] { return handled_ >= 50; }));
  std::thread stopper([&] { shop.services().Stop(); });
  EXPECT_TRUE(Eventually([&] { return refused_ == kEmitters; }));
  stopper.join();
  Stop();
  const ActorHealth actor = shop.actor();
  EXPECT_EQ(actor.handled, handled_);
  EXPECT_EQ(actor.running, 0);
}

}  // namespace
}  // namespace walnats::testing
