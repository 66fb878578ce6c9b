#include "walnats/base/log.h"

#include <atomic>
#include <cstdio>
#include <mutex>
#include <string>
#include <utility>

#include "absl/time/clock.h"

namespace walnats {
namespace {

std::atomic<LogLevel> minimum_level = LogLevel::kWarning;

// True while this thread is in a sink: what the sink logs is dropped, because
// it would wait for itself.
thread_local bool in_sink = false;

struct SharedSink {
  std::mutex mutex;
  LogSink sink;
};

// Never destroyed: threads log until the very end of the program.
SharedSink& shared_sink() {
  static SharedSink* const shared = new SharedSink;
  return *shared;
}

std::string_view NameOf(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarning:
      return "warning";
    case LogLevel::kError:
    case LogLevel::kOff:
      break;
  }
  return "error";
}

void WriteToStderr(const LogEntry& entry) {
  const std::string line = Cat(
      absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", entry.time, absl::UTCTimeZone()),
      " walnats ", NameOf(entry.level), " ", entry.message, "\n");
  std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace

void SetLogSink(LogSink sink) {
  SharedSink& shared = shared_sink();
  std::lock_guard lock(shared.mutex);
  shared.sink.swap(sink);
}

void SetLogLevel(LogLevel level) {
  minimum_level.store(level, std::memory_order_relaxed);
}

LogLevel log_level() { return minimum_level.load(std::memory_order_relaxed); }

void WriteLog(LogLevel level, std::string_view message) {
  if (in_sink) return;
  SharedSink& shared = shared_sink();
  const LogEntry entry{level, absl::Now(), message};
  std::lock_guard lock(shared.mutex);
  in_sink = true;
  if (shared.sink) {
    shared.sink(entry);
  } else {
    WriteToStderr(entry);
  }
  in_sink = false;
}

}  // namespace walnats
