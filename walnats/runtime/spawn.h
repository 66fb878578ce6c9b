#pragma once

// co_spawn, compiled once.

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "walnats/task.h"

namespace walnats {

// Runs `task` on `executor`; `done` is called there with its result, or with
// kInternal naming the exception that escaped. If the executor is the calling
// thread's, the task starts inside this call.
void Spawn(const Executor& executor, Task<absl::Status> task,
           std::function<void(absl::Status)> done);

// kInternal with what() of the exception being handled; call in a catch block.
absl::Status CurrentExceptionStatus();

}  // namespace walnats
