#pragma once

// Where orders come from.

#include <cstdint>

#include "walnats/services.h"

namespace shop {

// Every so many-th order is poison: its total is negative.
inline constexpr uint64_t kPoisonEvery = 333;

// Places orders 1 to `orders`, each once the one before is stored.
walnats::Service Storefront(uint64_t orders);

}  // namespace shop
