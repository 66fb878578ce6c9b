// The code of docs/order-per-key.md and docs/pausing.md.

#include <gtest/gtest.h>

#include <string_view>

#include "shop/events.h"
#include "walnats/services.h"

namespace shop {
namespace {

class Ledger {
 public:
  absl::Status Book(const v1::OrderPlaced&) { return absl::OkStatus(); }
};

class Gateway {
 public:
  absl::Status Charge(const v1::OrderPlaced&) { return absl::OkStatus(); }
};

// [keyed]
walnats::Actor KeepAccounts(Ledger& ledger) {
  return walnats::Actor(
      "keep-accounts", kOrderPlaced,
      [&ledger](const v1::OrderPlaced& order) { return ledger.Book(order); },
      {.dead = walnats::Dead::kPark,
       .order = walnats::Order::kPerKey,
       .key = [](const v1::OrderPlaced& order) {
         return std::string_view(order.customer());
       }});
}
// [/keyed]

// [breaker]
walnats::Actor ChargeCard(Gateway& gateway) {
  return walnats::Actor(
      "charge-card", kOrderPlaced,
      [&gateway](const v1::OrderPlaced& order) {
        return gateway.Charge(order);  // absl::UnavailableError if it is down
      },
      {.retry = {.max_attempts = 10},
       .breaker = {.failures = 0.5,
                   .window = 20,
                   .pause = absl::Seconds(5),
                   .pause_max = absl::Minutes(1)}});
}
// [/breaker]

// [pause]
walnats::Task<absl::Status> Maintain(walnats::Services& services,
                                     walnats::Clock& clock) {
  const absl::Time until = clock.Now() + absl::Minutes(10);
  co_return co_await services.Pause(kOrderPlaced, "charge-card", until);
}
// [/pause]

TEST(WaitingDocsTest, TheActorsAreValid) {
  Ledger ledger;
  Gateway gateway;
  walnats::Services services;
  services.Add({.name = "billing",
                .actors = {KeepAccounts(ledger), ChargeCard(gateway)}});
  EXPECT_EQ(services.Validate(), absl::OkStatus());
  EXPECT_NE(&Maintain, nullptr);
}

}  // namespace
}  // namespace shop
