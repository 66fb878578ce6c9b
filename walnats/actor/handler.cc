#include "walnats/actor/handler.h"

#include <boost/asio/post.hpp>

#include "walnats/runtime/spawn.h"
#include "walnats/runtime/suspension.h"

namespace walnats::internal {

Task<absl::Status> RunPlain(const Handler& handler, Slot& slot,
                            const Context& context) {
  co_return handler.Call(slot, context);
}

Task<absl::Status> RunVoid(Task<void> task) {
  co_await std::move(task);
  co_return absl::OkStatus();
}

Task<absl::Status> RunBlocking(Executor pool,
                               absl::FunctionRef<absl::Status()> work) {
  Suspension done;
  absl::Status status;
  auto run = [&] {
    try {
      status = work();
    } catch (...) {
      status = CurrentExceptionStatus();
    }
    done.Resume();
  };
  co_await done.Wait([&] { boost::asio::post(pool, [&run] { run(); }); });
  co_return status;
}

}  // namespace walnats::internal
