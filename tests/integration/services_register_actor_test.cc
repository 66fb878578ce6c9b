// How Run brings consumers in line with their actors.

#include <gmock/gmock.h>

#include "tests/integration/services_fixture.h"

namespace walnats::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr TextEvent kOrder("shop.order");

class ServicesRegisterActorTest : public ServicesServer {
 protected:
  // Runs with an actor of `options` until it is registered; its warnings.
  std::vector<std::string> Register(const ActorOptions& options,
                                    RegisterOptions registration = {}) {
    Actor mailer(
        "mailer", kOrder, [](const std::string&) {}, options);
    ServicesOptions services = Options();
    services.registration = registration;
    Running& running = Start({.name = "shop", .actors = {mailer}}, services);
    std::vector<std::string> warnings = running.health().warnings;
    Stop();
    return warnings;
  }
};

TEST_F(ServicesRegisterActorTest, UpdatesWhatHasChanged) {
  EXPECT_THAT(Register({}), IsEmpty());
  const ActorOptions changed{.description = "Mails.",
                             .ack_wait = absl::Seconds(7),
                             .max_ack_pending = 70};
  EXPECT_THAT(Register(changed, {.update = false}),
              ElementsAre("consumer \"mailer\" of stream \"shop-order\": "
                          "differs from its declaration: description: \"\" -> "
                          "\"Mails.\", ack_wait: 30s -> 7s, "
                          "max_ack_pending: 10000 -> 70"));
  EXPECT_EQ(Consumer("shop-order", "mailer").config.ack_wait,
            absl::Seconds(30));
  EXPECT_THAT(Register(changed), IsEmpty());
  const transport::ConsumerConfig config =
      Consumer("shop-order", "mailer").config;
  EXPECT_EQ(config.description, "Mails.");
  EXPECT_EQ(config.ack_wait, absl::Seconds(7));
  EXPECT_EQ(config.max_ack_pending, 70);
  EXPECT_EQ(config.max_deliver, -1);
}

TEST_F(ServicesRegisterActorTest, KeepsWhereItBegan) {
  EXPECT_THAT(Register({}), IsEmpty());
  const ActorOptions changed{.ack_wait = absl::Seconds(7),
                             .start = walnats::Start::New()};
  EXPECT_THAT(Register(changed),
              ElementsAre("consumer \"mailer\" of stream \"shop-order\": keeps "
                          "deliver_policy all instead of the declared new"));
  const transport::ConsumerConfig config =
      Consumer("shop-order", "mailer").config;
  EXPECT_EQ(config.deliver, transport::DeliverPolicy::kAll);
  EXPECT_EQ(config.ack_wait, absl::Seconds(7));
}

}  // namespace
}  // namespace walnats::testing
