#pragma once

// co_spawn, compiled once.

#include <boost/asio/cancellation_signal.hpp>
#include <functional>

#include "absl/status/status.h"
#include "walnats/task.h"

namespace walnats {

// Tells the coroutine spawned with it to end: the operation it awaits, or the
// next one, throws boost::system::system_error (operation_aborted). Outlives
// the coroutine; used on its executor.
class Cancellation {
 public:
  void Cancel() { signal_.emit(boost::asio::cancellation_type::terminal); }

 private:
  friend void Spawn(const Executor& executor, Task<absl::Status> task,
                    Cancellation& cancellation,
                    std::function<void(absl::Status)> done);
  boost::asio::cancellation_signal signal_;
};

// Runs `task` on `executor`; `done` is called there with its result, or with
// the Status of the exception that escaped. If the executor is the calling
// thread's, the task starts inside this call.
void Spawn(const Executor& executor, Task<absl::Status> task,
           std::function<void(absl::Status)> done);
void Spawn(const Executor& executor, Task<absl::Status> task,
           Cancellation& cancellation, std::function<void(absl::Status)> done);

// Of the exception being handled; call in a catch block. kCancelled for
// operation_aborted, else kInternal with its what().
absl::Status CurrentExceptionStatus();

}  // namespace walnats
