#pragma once

// Where nats-server is on this machine.

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace walnats::connect {

// The absolute path of `binary`; if that is empty, of the environment
// variable WALNATS_NATS_SERVER; if that is too, of `nats-server`. A name
// without '/' is looked up in PATH, then in /usr/sbin and /usr/local/sbin,
// which a user's PATH may lack. kNotFound says what to install or set.
absl::StatusOr<std::string> FindServerBinary(std::string_view binary);

}  // namespace walnats::connect
