#pragma once

// What the tests of embedded servers look at from outside.

#include <signal.h>
#include <sys/types.h>

#include <cerrno>
#include <functional>
#include <string>

#include "absl/time/clock.h"
#include "walnats/connect/server_probe.h"

namespace walnats::connect {

inline bool Alive(pid_t pid) { return kill(pid, 0) == 0 || errno == EPERM; }

inline bool Greets(uint16_t port) {
  return ReadVersion(port, absl::Seconds(5)).has_value();
}

// False if `condition` does not become true within 20 s.
inline bool Eventually(const std::function<bool()>& condition) {
  const absl::Time end = absl::Now() + absl::Seconds(20);
  while (!condition()) {
    if (absl::Now() > end) return false;
    absl::SleepFor(absl::Milliseconds(2));
  }
  return true;
}

}  // namespace walnats::connect
