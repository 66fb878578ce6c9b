#pragma once

// A connection for as long as a command takes: the transport and a Client over
// it, without Services.

#include <atomic>
#include <functional>

#include "absl/status/status.h"
#include "walnats/client.h"
#include "walnats/clock.h"
#include "walnats/connect.h"
#include "walnats/task.h"
#include "walnats/transport/transport.h"

namespace walnats::cli {

struct Session {
  transport::Transport& transport;
  Clock& clock;
  Client client;
  const std::atomic<bool>& stop;

  // Whether somebody wants the command to end early, in good order.
  bool stopping() const { return stop.load(); }
};

using Act = std::function<Task<absl::Status>(Session& session)>;

// Connects, runs `act` on the calling thread, and closes. `stop` may be set on
// any thread.
absl::Status RunSession(const ConnectOptions& connect,
                        const std::atomic<bool>& stop, const Act& act);

}  // namespace walnats::cli
