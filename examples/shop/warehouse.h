#pragma once

// The warehouse reserves what was ordered and ships it.

#include "walnats/services.h"

namespace shop {

// Every so many-th order finds the stock system busy at its first attempt.
inline constexpr int kBusyEvery = 50;

walnats::Service Warehouse();

}  // namespace shop
