#pragma once

// "nats://user:pass@host:4222", read by us: nats.c accepts nearly everything,
// and reports the rest together with the password.

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace walnats::nats {

struct ServerUrl {
  std::string address;  // "nats://host:4222": no credentials, for people too
  std::string host;     // an IPv6 address without its brackets
  bool secure = false;  // tls://
  // As written before the '@', percent-decoded; a user without a password is
  // a token.
  std::string user;
  std::string password;
  std::string token;
};

// Schemes nats:// (default) and tls://, port 4222 by default. kInvalidArgument
// names the url without its credentials.
absl::StatusOr<ServerUrl> ParseServerUrl(std::string_view text);

}  // namespace walnats::nats
