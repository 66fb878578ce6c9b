#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"

namespace walnats::nats {

struct ConnectionOptions {
  std::vector<std::string> urls;  // tried in random order
  std::string name;               // shown by the server's monitoring
  // For urls without credentials of their own.
  std::string user;
  std::string password;
  std::string token;
  absl::Duration connect_limit = absl::Seconds(5);  // for all urls together
  absl::Duration reconnect_delay = absl::Milliseconds(100);  // first one
  absl::Duration reconnect_delay_max = absl::Seconds(5);
  absl::Duration ping_interval = absl::Seconds(1);
  int pings_missed = 2;  // then the connection is taken for dead
};

}  // namespace walnats::nats
