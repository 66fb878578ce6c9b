#include "storefront.h"

#include <string>

#include "shop/events.h"

namespace shop {
namespace {

v1::OrderPlaced MakeOrder(uint64_t id) {
  v1::OrderPlaced order;
  order.set_order_id(id);
  order.set_customer("customer-" + std::to_string(id % 100));
  order.set_total_cents(id % kPoisonEvery == 0 ? -1 : 1000 + id % 9000);
  return order;
}

// If it fails half-way it is run again from the start: the ids make the orders
// that are already stored duplicates, which are not stored again.
walnats::Task<absl::Status> PlaceOrders(walnats::Client client,
                                        uint64_t orders) {
  for (uint64_t id = 1; id <= orders; ++id) {
    const v1::OrderPlaced order = MakeOrder(id);
    const std::string key = "order-" + std::to_string(id);
    const absl::StatusOr<walnats::Receipt> receipt =
        co_await client.Emit(kOrderPlaced, order, {.id = key});
    if (!receipt.ok()) co_return receipt.status();
  }
  co_return absl::OkStatus();
}

}  // namespace

walnats::Service Storefront(uint64_t orders) {
  walnats::Producer feed("order-feed", {kOrderPlaced},
                         [orders](walnats::Client client) {
                           return PlaceOrders(std::move(client), orders);
                         });
  return {.name = "storefront", .version = "1.0.0", .producers = {feed}};
}

}  // namespace shop
