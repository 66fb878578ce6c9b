#pragma once

// The one source of time. Handlers that wait do it through their Context's
// clock, so that tests with a fake one run hours in milliseconds:
//
//   co_await context.clock().Sleep(absl::Minutes(5));

#include "absl/time/time.h"
#include "walnats/task.h"

namespace walnats {

class Clock {
 public:
  virtual ~Clock() = default;

  // UTC, but never going back: wall time when the clock was made plus what
  // has passed since. Any thread.
  virtual absl::Time Now() const = 0;

  // Waits; returns at once for durations <= 0. Awaited on any executor and
  // resumed there. A cancelled Sleep throws boost::system::system_error
  // (operation_aborted), as Asio's operations do.
  virtual Task<void> Sleep(absl::Duration duration) = 0;
};

}  // namespace walnats
