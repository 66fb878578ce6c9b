// The code of docs/idempotency.md.

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "shop/events.h"
#include "walnats/inbox.h"
#include "walnats/testing/harness.h"
#include "walnats/testing/matchers.h"

namespace shop {
namespace {

// Charges once for each of the keys that it is given.
class Gateway {
 public:
  walnats::Task<absl::StatusOr<std::string>> Charge(std::string key,
                                                    std::string customer) {
    ++asked;
    const std::string receipt = "receipt for " + customer;
    co_return receipts.emplace(std::move(key), receipt).first->second;
  }

  int asked = 0;
  std::map<std::string, std::string> receipts;
};

absl::Status SendMail(std::string_view, std::string_view receipt) {
  return receipt.empty() ? absl::InternalError("no receipt") : absl::OkStatus();
}

// [key]
walnats::Actor ChargeByKey(Gateway& gateway) {
  return walnats::Actor(
      "charge-by-key", kOrderPlaced,
      [&gateway](const v1::OrderPlaced& order, const walnats::Context& context)
          -> walnats::Task<absl::Status> {
        auto charge =
            gateway.Charge(context.idempotency_key(), order.customer());
        co_return (co_await std::move(charge)).status();
      });
}
// [/key]

// [inbox]
walnats::Actor ChargeCard(walnats::Inbox inbox, Gateway& gateway) {
  return walnats::Actor(
      "charge-card", kOrderPlaced,
      [inbox, &gateway](
          const v1::OrderPlaced& order,
          const walnats::Context& context) -> walnats::Task<absl::Status> {
        auto charge = [&] {
          return gateway.Charge(context.idempotency_key(), order.customer());
        };
        absl::StatusOr<std::string> receipt =
            co_await inbox.Once(context, "charge", charge);
        if (!receipt.ok()) co_return receipt.status();
        co_return SendMail(order.customer(), *receipt);
      });
}

walnats::Service Billing(walnats::Client client, Gateway& gateway) {
  walnats::Inbox inbox(walnats::KvInbox(client, "billing-inbox"));
  return {
      .name = "billing",
      .emits = {kOrderPlaced},
      .actors = {inbox.Wrap(ChargeCard(inbox, gateway)), ChargeByKey(gateway)}};
}
// [/inbox]

// [store]
// Keeps its records in memory; yours may be a table.
class MapStore {
 public:
  walnats::Task<absl::StatusOr<std::optional<std::string>>> Find(
      std::string key) {
    const auto found = records_->find(key);
    if (found == records_->end()) co_return std::nullopt;
    co_return found->second;
  }

  walnats::Task<absl::Status> Keep(std::string key, std::string value) {
    const bool added = records_->emplace(key, std::move(value)).second;
    co_return added ? absl::OkStatus() : absl::AlreadyExistsError(key);
  }

 private:
  std::shared_ptr<std::map<std::string, std::string>> records_ =
      std::make_shared<std::map<std::string, std::string>>();
};
static_assert(walnats::InboxStore<MapStore>);
// [/store]

TEST(IdempotencyPageTest, ALostAckChargesOnce) {
  walnats::testing::Harness harness;
  Gateway gateway;
  harness.Add(Billing(harness.client(), gateway));
  EXPECT_THAT(harness.Start(), walnats::testing::IsOk());
  harness.DropAcks(2);
  v1::OrderPlaced order;
  order.set_customer("ann");
  EXPECT_THAT(harness.Emit(kOrderPlaced, order), walnats::testing::IsOk());
  harness.Advance(absl::Minutes(5));
  EXPECT_EQ(gateway.asked, 3);  // charge-by-key twice, charge-card once
  EXPECT_EQ(gateway.receipts.size(), 2U);
}

}  // namespace
}  // namespace shop
