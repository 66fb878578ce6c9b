#pragma once

// Waiting for what other processes and threads do:
//
//   ASSERT_TRUE(Eventually([&] { return log.Read().size() == 10; }));

#include <functional>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace walnats::testing {

// False if `condition` does not become true within `limit`.
inline bool Eventually(const std::function<bool()>& condition,
                       absl::Duration limit = absl::Seconds(40)) {
  const absl::Time end = absl::Now() + limit;
  while (!condition()) {
    if (absl::Now() > end) return false;
    absl::SleepFor(absl::Milliseconds(5));
  }
  return true;
}

}  // namespace walnats::testing
