#pragma once

// A spawned coroutine that can be told to end: the operation it awaits, or the
// next one, throws boost::system::system_error (operation_aborted).

#include <boost/asio/cancellation_signal.hpp>
#include <functional>

#include "absl/status/status.h"
#include "walnats/task.h"

namespace walnats {

// Outlives the coroutine spawned with it. Used on that coroutine's executor.
class Cancellation {
 public:
  void Cancel() { signal_.emit(boost::asio::cancellation_type::terminal); }

 private:
  friend void Spawn(const Executor& executor, Task<absl::Status> task,
                    Cancellation& cancellation,
                    std::function<void(absl::Status)> done);
  boost::asio::cancellation_signal signal_;
};

// As Spawn of spawn.h. A coroutine that was cancelled ends with kCancelled.
void Spawn(const Executor& executor, Task<absl::Status> task,
           Cancellation& cancellation, std::function<void(absl::Status)> done);

// As CurrentExceptionStatus of spawn.h, but kCancelled for operation_aborted.
absl::Status CurrentCancellableStatus();

}  // namespace walnats
