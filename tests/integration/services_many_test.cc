// Many actors on one connection.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <iterator>

#include "tests/integration/services_fixture.h"
#include "walnats/base/strings.h"

namespace walnats::testing {
namespace {

int64_t ThreadsOfThisProcess() {
  const std::filesystem::directory_iterator tasks("/proc/self/task");
  return std::distance(begin(tasks), end(tasks));
}

class ServicesManyTest : public ServicesServer {
 protected:
  // The threads while so many actors run, each of which has got its event.
  int64_t ThreadsOf(int actors) {
    Service service{.name = "shop"};
    for (int i = 0; i < actors; ++i) {
      auto handle = [](const std::string&) -> Task<void> { co_return; };
      service.actors.push_back(Actor(Cat("actor-", i), kParcelSent, handle));
    }
    Running& shop = Start(std::move(service));
    EXPECT_TRUE(Emit(shop, kParcelSent, "x").ok());
    EXPECT_TRUE(Eventually([&] {
      const Health health = shop.health();
      return std::all_of(
          health.actors.begin(), health.actors.end(),
          [&](const ActorHealth& actor) { return actor.handled >= 1; });
    }));
    EXPECT_EQ(shop.health().actors.size(), static_cast<size_t>(actors));
    return ThreadsOfThisProcess();
  }
};

TEST_F(ServicesManyTest, TwoHundredActorsNeedTheThreadsOfOne) {
  const int64_t of_one = ThreadsOf(1);
  EXPECT_EQ(ThreadsOf(200), of_one);
}

}  // namespace
}  // namespace walnats::testing
