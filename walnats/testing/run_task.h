#pragma once

// Runs a Task in a test, on the calling thread:
//
//   absl::StatusOr<Receipt> receipt = RunTask(io, client.Emit(kEvent,
//   message));

#include <optional>
#include <utility>

#include "walnats/task.h"

namespace boost::asio {
class io_context;
}

namespace walnats::testing {

// Runs `io` until `task` has ended; an exception that escaped it is thrown
// again here. Ends the program if that takes longer than 50 seconds.
void RunTask(boost::asio::io_context& io, Task<void> task);

template <class T>
T RunTask(boost::asio::io_context& io, Task<T> task) {
  std::optional<T> result;
  auto keep = [](Task<T> inner, std::optional<T>& kept) -> Task<void> {
    kept.emplace(co_await std::move(inner));
  };
  RunTask(io, keep(std::move(task), result));
  return *std::move(result);
}

}  // namespace walnats::testing
