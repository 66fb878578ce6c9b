#pragma once

// `walnats tail`: an event's messages as they come.

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "walnats/cli/output.h"
#include "walnats/cli/session.h"
#include "walnats/transport/stream_reader.h"

namespace walnats::cli {

struct TailOptions {
  std::string event;
  std::string from = "new";  // "all", "new", a sequence, or a time
  int64_t count = 0;         // ends after so many; 0: never
  bool follow = true;        // else it ends with what is there
};

// Where `from` begins; kInvalidArgument if it is none of the four.
absl::StatusOr<transport::ReadOptions> ParseFrom(const std::string& from,
                                                 absl::Time now);

// kNotFound without such a stream, or if there was nothing to show.
Task<absl::Status> Tail(Session& session, const Output& output,
                        const TailOptions& options);

}  // namespace walnats::cli
