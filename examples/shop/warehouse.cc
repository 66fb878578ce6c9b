#include "warehouse.h"

#include "absl/strings/str_cat.h"
#include "shop/events.h"

namespace shop {
namespace {

// A plain handler: short, and it fails now and then. Whatever it returns but
// OK is tried again.
absl::Status Reserve(const v1::OrderPlaced& order,
                     const walnats::Context& context) {
  if (order.order_id() % kBusyEvery == 0 && context.attempt() == 1) {
    return absl::UnavailableError("the stock system is busy");
  }
  return absl::OkStatus();
}

// A coroutine: it waits, and then says that something else has happened.
walnats::Task<absl::Status> Ship(const v1::OrderPlaced& order,
                                 const walnats::Context& context) {
  co_await context.clock().Sleep(absl::Milliseconds(1));  // the carrier
  v1::ParcelShipped parcel;
  parcel.set_order_id(order.order_id());
  parcel.set_tracking_code(absl::StrCat("TRACK-", order.order_id()));
  co_return (co_await context.Emit(kParcelShipped, parcel)).status();
}

}  // namespace

walnats::Service Warehouse() {
  walnats::Actor reserve(
      "reserve-stock", kOrderPlaced, Reserve,
      {.description = "Reserves what was ordered.",
       .retry = {.max_attempts = 5, .delays = {absl::Milliseconds(200)}}});
  walnats::Actor ship(
      "ship-parcel", kOrderPlaced, Ship,
      {.description = "Hands the parcel to the carrier.", .max_jobs = 100});
  return {.name = "warehouse",
          .version = "1.0.0",
          .emits = {kParcelShipped},
          .actors = {reserve, ship}};
}

}  // namespace shop
