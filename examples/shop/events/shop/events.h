#pragma once

// The events of the shop. Names and field numbers can never change.

#include "absl/time/time.h"
#include "shop/messages.pb.h"
#include "walnats/event.h"

namespace shop {

inline constexpr walnats::Event<v1::OrderPlaced> kOrderPlaced(
    "shop.order-placed",
    {.description = "A customer placed an order.",
     .limits = {.age = absl::Hours(24 * 7), .messages = 1'000'000}});

inline constexpr walnats::Event<v1::ParcelShipped> kParcelShipped(
    "shop.parcel-shipped",
    {.description = "A parcel with a customer's order left the warehouse.",
     .limits = {.age = absl::Hours(24 * 7)}});

}  // namespace shop
