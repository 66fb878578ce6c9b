#include "walnats/runtime/spawn.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <exception>
#include <utility>

#include "walnats/base/strings.h"

namespace walnats {
namespace asio = boost::asio;
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

absl::Status Escaped(std::string_view what) {
  return Error(absl::StatusCode::kInternal, "exception escaped: ", what);
}

}  // namespace

void Spawn(const Executor& executor, Task<absl::Status> task,
           std::function<void(absl::Status)> done) {
  asio::co_spawn(executor, RunAndReport(std::move(task), std::move(done)),
                 asio::detached);
}

void Spawn(const Executor& executor, Task<absl::Status> task,
           Cancellation& cancellation, std::function<void(absl::Status)> done) {
  asio::co_spawn(executor, RunAndReport(std::move(task), std::move(done)),
                 asio::bind_cancellation_slot(cancellation.signal_.slot(),
                                              asio::detached));
}

absl::Status CurrentExceptionStatus() {
  try {
    throw;
  } catch (const boost::system::system_error& error) {
    if (error.code() != asio::error::operation_aborted) {
      return Escaped(error.what());
    }
    return absl::CancelledError("cancelled");
  } catch (const std::exception& error) {
    return Escaped(error.what());
  } catch (...) {
    return Escaped("unknown exception");
  }
}

}  // namespace walnats
