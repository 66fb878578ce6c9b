#include "walnats/runtime/cancellation.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <utility>

#include "walnats/runtime/spawn.h"

namespace walnats {
namespace asio = boost::asio;
namespace {

Task<void> RunAndReport(Task<absl::Status> task,
                        std::function<void(absl::Status)> done) {
  absl::Status status;
  try {
    status = co_await std::move(task);
  } catch (...) {
    status = CurrentCancellableStatus();
  }
  done(std::move(status));
}

}  // namespace

void Spawn(const Executor& executor, Task<absl::Status> task,
           Cancellation& cancellation, std::function<void(absl::Status)> done) {
  asio::co_spawn(executor, RunAndReport(std::move(task), std::move(done)),
                 asio::bind_cancellation_slot(cancellation.signal_.slot(),
                                              asio::detached));
}

absl::Status CurrentCancellableStatus() {
  try {
    throw;
  } catch (const boost::system::system_error& error) {
    if (error.code() == asio::error::operation_aborted) {
      return absl::CancelledError("cancelled");
    }
    return CurrentExceptionStatus();
  } catch (...) {
    return CurrentExceptionStatus();
  }
}

}  // namespace walnats
