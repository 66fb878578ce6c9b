#pragma once

// What an answer about a stream or a consumer means to a process that was
// running on it before. Decisions without I/O; stream_watch.h asks and acts.

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "walnats/transport/config.h"

namespace walnats::internal {

// What this process knows of a stream.
struct KnownStream {
  transport::StreamConfig declared;
  absl::Time created;  // together with its name, its incarnation
  // The highest sequence that it acknowledged to our emits, and that of what
  // it delivered to us, at the time of the question.
  uint64_t acknowledged = 0;
  uint64_t delivered = 0;
  // The last answer ended before them.
  bool ended_early = false;
};

enum class StreamFate {
  kUnanswered,  // nothing is known
  kSame,
  kMissing,
  kAnother,  // deleted and made again
};

struct StreamFinding {
  StreamFate fate = StreamFate::kUnanswered;
  // Each empty if there is nothing to say.
  std::string detail;  // of kMissing and kAnother
  std::string lost;    // acknowledged data is gone
  std::string drift;   // how it differs from its declaration
  // It seems to have lost data, but a new leader that has not caught up with
  // its log looks the same: ask again soon.
  bool ends_early = false;
};

StreamFinding Judge(const KnownStream& known,
                    const absl::StatusOr<transport::StreamInfo>& answer);

// How the server's consumer differs from its declaration; empty: it does not.
std::string DriftOf(const transport::ConsumerConfig& server,
                    const transport::ConsumerConfig& declared);

// The time from one question about each of `things` to the next: what is asked
// for, or longer, so that the questions stay below a hundred a second.
absl::Duration WatchInterval(absl::Duration asked, size_t things);

}  // namespace walnats::internal
