#include "walnats/cli/session.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <utility>

#include "walnats/client/client_core.h"
#include "walnats/runtime/real_clock.h"
#include "walnats/runtime/spawn.h"

namespace walnats::cli {
namespace {

struct Loop {
  boost::asio::io_context io{1};
  RealClock clock{io};
};

using Connected = absl::StatusOr<std::unique_ptr<transport::Transport>>;

Task<absl::Status> Run(transport::Connector& connector, Loop& loop,
                       std::shared_ptr<internal::ClientCore> core,
                       const std::atomic<bool>& stop, const Act& act) {
  Connected connected = co_await connector.Connect(loop.clock);
  if (!connected.ok()) co_return connected.status();
  const std::unique_ptr<transport::Transport> transport = *std::move(connected);
  core->Open(*transport);
  Session session{*transport, loop.clock, Client(core), stop};
  absl::Status status = co_await act(session);
  core->Close();
  co_await transport->Close();
  co_return status;
}

}  // namespace

absl::Status RunSession(const ConnectOptions& connect,
                        const std::atomic<bool>& stop, const Act& act) {
  const auto loop = std::make_shared<Loop>();
  const auto core = std::make_shared<internal::ClientCore>(
      std::shared_ptr<boost::asio::io_context>(loop, &loop->io),
      std::shared_ptr<Clock>(loop, &loop->clock));
  const std::unique_ptr<transport::Connector> connector = Connect(connect);
  const auto work = boost::asio::make_work_guard(loop->io);
  absl::Status result;
  Spawn(loop->io.get_executor(), Run(*connector, *loop, core, stop, act),
        [&](absl::Status status) {
          result = std::move(status);
          loop->io.stop();
        });
  loop->io.run();
  return result;
}

}  // namespace walnats::cli
