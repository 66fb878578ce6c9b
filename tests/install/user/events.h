#pragma once

#include "user/parcels.pb.h"
#include "walnats/codec.h"
#include "walnats/event.h"

namespace parcels {

inline constexpr walnats::Event<v1::ParcelShipped> kParcelShipped(
    "parcel-shipped", {.description = "A parcel left the warehouse."});

}  // namespace parcels
