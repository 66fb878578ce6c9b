#pragma once

// What can be learned about a nats-server from outside: its files, and the
// line with which it greets everybody who connects.

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

#include "absl/time/time.h"

namespace walnats::connect {

// The port that process `pid` wrote to its ports file in `directory`; nullopt
// if it has not yet.
std::optional<uint16_t> ReadPort(const std::string& directory, pid_t pid);

// Removes what crashed servers left in `directory`: pids come again.
void RemovePortsFiles(const std::string& directory);

// The INFO line of the server at 127.0.0.1:`port`; empty if there is none
// within `limit`.
std::string ReadInfo(uint16_t port, absl::Duration limit);

// The version in that line, such as `2.9.10`.
std::optional<std::string> ReadVersion(uint16_t port, absl::Duration limit);

// What the log says about why its server ended: the last fatal and error
// lines, else its first line (where Go puts a panic, and the flag package its
// complaint).
std::string LastErrors(const std::string& log_path);

}  // namespace walnats::connect
