#pragma once

// Counts what this program asks of operator new: what walnats allocates, and
// the measurement itself. What nats.c allocates by malloc is not in it.

#include <cstdint>

namespace walnats::benchmarks {

int64_t Allocations();     // so far
int64_t AllocatedBytes();  // that are not given back

}  // namespace walnats::benchmarks
