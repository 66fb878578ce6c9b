#pragma once

// Bounded waiting for file descriptors, outside any event loop.

#include <poll.h>
#include <time.h>

#include <algorithm>
#include <cerrno>

#include "absl/time/time.h"

namespace walnats::connect {

// A moment of the monotonic clock.
class Deadline {
 public:
  explicit Deadline(absl::Duration limit) : end_(Uptime() + limit) {}

  absl::Duration left() const {
    return std::max(end_ - Uptime(), absl::ZeroDuration());
  }

 private:
  static absl::Duration Uptime() {
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return absl::DurationFromTimespec(now);
  }

  absl::Duration end_;
};

// False if `fd` has neither data nor an end by `deadline`.
inline bool AwaitReadable(int fd, const Deadline& deadline) {
  pollfd entry = {fd, POLLIN, 0};
  int ready = 0;
  do {
    const timespec left = absl::ToTimespec(deadline.left());
    ready = ppoll(&entry, 1, &left, nullptr);
  } while (ready < 0 && errno == EINTR);
  return ready > 0;
}

}  // namespace walnats::connect
