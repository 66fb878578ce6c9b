#pragma once

// Billing charges cards and writes to customers.

#include "walnats/services.h"

namespace shop {

walnats::Service Billing();

}  // namespace shop
