// A server that ends and comes back while events are emitted and handled.

#include <gtest/gtest.h>

#include <map>
#include <mutex>
#include <set>
#include <string>

#include "tests/integration/end_to_end_fixture.h"
#include "walnats/connect.h"

namespace walnats::testing {
namespace {

constexpr uint64_t kEvents = 5000;

// A service whose actor remembers which numbers it has seen.
class Reader {
 public:
  Reader() {
    Actor actor(kWorker, kWork,
                [this](const Number& number, const Context& context) {
                  std::lock_guard lock(mutex_);
                  numbers_[context.sequence()] = number.value();
                },
                {.ack_wait = absl::Seconds(2)});
    running_.services.Add({.name = "reader", .actors = {actor}});
  }

  void Begin(const std::string& url) { running_.Begin(url); }
  absl::Status End() { return running_.End(); }
  walnats::Health Health() const { return running_.services.Health(); }

  // By sequence.
  std::map<uint64_t, uint64_t> numbers() const {
    std::lock_guard lock(mutex_);
    return numbers_;
  }

 private:
  mutable std::mutex mutex_;
  std::map<uint64_t, uint64_t> numbers_;  // guarded
  RunningServices running_;
};

class ServerRestartTest : public EndToEnd {
 protected:
  void SetUp() override {
    ASSERT_NO_FATAL_FAILURE(EndToEnd::SetUp());
    reader_.Begin(url());
    ASSERT_TRUE(Eventually([&] { return reader_.Health().ready(); }));
    feed_.Begin(url());
    ASSERT_TRUE(Eventually([&] { return feed_.ended() >= kEvents / 4; }));
  }

  // Both sides see the server gone, and come back with it.
  void Outage(absl::Status (RealServer::*end)()) {
    ASSERT_TRUE((*server_.*end)().ok());
    ASSERT_LT(feed_.ended(), kEvents) << "ended too late to prove anything";
    ASSERT_TRUE(Eventually([&] {
      return !feed_.Health().connected && !reader_.Health().connected;
    }));
    EXPECT_FALSE(feed_.Health().ready());
    EXPECT_FALSE(reader_.Health().ready());
    EXPECT_NE(reader_.Health().problem, "");
    const absl::Status restarted = server_->Restart();
    ASSERT_TRUE(restarted.ok()) << restarted.ToString();
    ASSERT_TRUE(Eventually([&] { return reader_.Health().ready(); }))
        << reader_.Health().Describe();
    ASSERT_TRUE(Eventually([&] { return feed_.Health().connected; }))
        << feed_.Health().Describe();
  }

  void ExpectEverythingOnce() {
    ASSERT_TRUE(Eventually([&] { return feed_.ended() == kEvents; }))
        << feed_.ended() << " emits ended\n"
        << feed_.Health().Describe();
    EXPECT_EQ(feed_.failed(), 0U) << feed_.first_error().ToString();
    EXPECT_TRUE(feed_.Health().ready()) << feed_.Health().Describe();
    ASSERT_TRUE(Eventually([&] {
      return AllAcked(kWorkStream, kWorker, kEvents);
    })) << reader_.numbers().size()
        << " handled\n"
        << reader_.Health().Describe();
    std::set<uint64_t> different;
    for (const auto& [sequence, number] : reader_.numbers()) {
      EXPECT_TRUE(different.insert(number).second)
          << number << " is stored twice";
    }
    EXPECT_EQ(different.size(), kEvents);
    EXPECT_TRUE(feed_.End().ok());
    EXPECT_TRUE(reader_.End().ok());
  }

  Reader reader_;
  Feed feed_{kEvents};
};

TEST_F(ServerRestartTest, NothingIsLostOrStoredTwiceWhenItIsKilled) {
  ASSERT_NO_FATAL_FAILURE(Outage(&RealServer::Kill9));
  ExpectEverythingOnce();
}

TEST_F(ServerRestartTest, NothingIsLostOrStoredTwiceWhenItEndsInGoodOrder) {
  ASSERT_NO_FATAL_FAILURE(Outage(&RealServer::Terminate));
  ExpectEverythingOnce();
}

}  // namespace
}  // namespace walnats::testing
