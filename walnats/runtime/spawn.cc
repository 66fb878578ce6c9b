#include "walnats/runtime/spawn.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <exception>
#include <utility>

#include "walnats/base/strings.h"

namespace walnats {
namespace {

Task<void> RunAndReport(Task<absl::Status> task,
                        std::function<void(absl::Status)> done) {
  absl::Status status;
  try {
    status = co_await std::move(task);
  } catch (...) {
    status = CurrentExceptionStatus();
  }
  done(std::move(status));
}

}  // namespace

void Spawn(const Executor& executor, Task<absl::Status> task,
           std::function<void(absl::Status)> done) {
  boost::asio::co_spawn(executor,
                        RunAndReport(std::move(task), std::move(done)),
                        boost::asio::detached);
}

absl::Status CurrentExceptionStatus() {
  try {
    throw;
  } catch (const std::exception& error) {
    return Error(absl::StatusCode::kInternal,
                 "exception escaped: ", error.what());
  } catch (...) {
    return Error(absl::StatusCode::kInternal,
                 "exception escaped: unknown exception");
  }
}

}  // namespace walnats
