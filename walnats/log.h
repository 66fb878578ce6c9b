#pragma once

// Where walnats says what happens to it. Normal work is quiet: at the default
// level, kWarning, a healthy service writes nothing. Each condition is said
// once when it starts and once when it ends, and every message names the act
// and the object: `connect nats://a:4222: connection refused`.
//
//   walnats::SetLogSink([](const walnats::LogEntry& entry) {
//     spdlog::log(ToSpdlog(entry.level), entry.message);
//   });
//   walnats::SetLogLevel(walnats::LogLevel::kInfo);
//
// Without a sink, entries go to stderr, one line each.

#include <functional>
#include <string_view>

#include "absl/time/time.h"

namespace walnats {

enum class LogLevel {
  kDebug,    // single messages: deliveries, settlements
  kInfo,     // life cycle: connected, registered, drained
  kWarning,  // recovered by itself, but somebody should know
  kError,    // a person is needed
  kOff,      // for SetLogLevel only
};

struct LogEntry {
  LogLevel level;
  absl::Time time;           // wall clock
  std::string_view message;  // one line, valid during the call only
};

// Called from any thread, never two calls at once. Must not block long (it
// runs on the connection's thread) and must not log itself.
using LogSink = std::function<void(const LogEntry&)>;

// Replaces the sink; an empty one restores stderr. Any thread.
void SetLogSink(LogSink sink);

// Entries below `level` are not even formatted. Any thread.
void SetLogLevel(LogLevel level);
LogLevel log_level();

}  // namespace walnats
