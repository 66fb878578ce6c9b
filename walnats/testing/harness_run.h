#pragma once

// The typed half of Harness::Run.

#include <memory>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "walnats/task.h"

namespace walnats::testing {

template <class T>
struct RunResultOf {
  using Type = absl::StatusOr<T>;
};
template <>
struct RunResultOf<absl::Status> {
  using Type = absl::Status;
};
template <class T>
struct RunResultOf<absl::StatusOr<T>> {
  using Type = absl::StatusOr<T>;
};

// What Run returns for a Task<T>: it needs a place for an error of its own.
template <class T>
using RunResult = typename RunResultOf<T>::Type;

// The result is shared, because a Task that is given up may outlive its Run.
template <class T>
Task<absl::Status> KeepResult(Task<T> task,
                              std::shared_ptr<std::optional<T>> result) {
  result->emplace(co_await std::move(task));
  co_return absl::OkStatus();
}

}  // namespace walnats::testing
