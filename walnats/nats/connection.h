#pragma once

// One connection of nats.c that runs on one io_context thread: the Wire of the
// real world. It reconnects by itself, notices a half-open connection with its
// own pings, and never calls into nats.c while it is down.
//
// Threads: everything on the io_context's thread, except Connect's and Close's
// blocking parts, which run on the process's Helper thread.

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "walnats/nats/wire.h"
#include "walnats/runtime/timer_queue.h"

namespace walnats::nats {

struct ConnectionOptions {
  std::vector<std::string> urls;  // tried in random order
  std::string name;               // shown by the server's monitoring
  std::string user;
  std::string password;
  std::string token;
  absl::Duration connect_limit = absl::Seconds(5);  // for all urls together
  absl::Duration reconnect_delay = absl::Milliseconds(100);  // first one
  absl::Duration reconnect_delay_max = absl::Seconds(5);
  absl::Duration ping_interval = absl::Seconds(1);
  int pings_missed = 2;  // then the connection is taken for dead
};

class Connection : public Wire {
 public:
  // Connects within connect_limit or says for every url why not: kUnavailable,
  // kDeadlineExceeded, or kUnauthenticated if a server refused the credentials.
  // `clock`'s executor must be an io_context's; both outlive the connection.
  static Task<absl::StatusOr<std::unique_ptr<Connection>>> Connect(
      const ConnectionOptions& options, TimerQueue& clock);

  ~Connection() override;
  // ...
};

}  // namespace walnats::nats
