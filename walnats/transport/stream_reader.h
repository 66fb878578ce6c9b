#pragma once

// Reads a stream from a place on, without a mark on it: an ephemeral consumer
// that acks nothing and is made again after the last message read whenever it
// is lost. For scans (dead letters), watches (key-value) and tails.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "walnats/clock.h"
#include "walnats/task.h"
#include "walnats/transport/transport.h"

namespace walnats::transport {

struct ReadOptions {
  std::vector<std::string> subjects = {">"};  // the last wins before 2.10
  DeliverPolicy deliver = DeliverPolicy::kAll;
  uint64_t start_sequence = 0;  // kBySequence
  absl::Time start_time = {};   // kByTime
  bool headers_only = false;
  bool follow = false;  // wait for new ones at the end
};

class StreamReader {
 public:
  // Both outlive it. On the transport's thread only; destroying it ends it.
  StreamReader(Transport& transport, Clock& clock, std::string stream,
               ReadOptions options);
  ~StreamReader();

  // The next message, in the stream's order and none left out. nullopt at the
  // end of what was there at the start; with `follow` it is said once, and what
  // comes later follows. kNotFound if there is no such stream. One caller at a
  // time.
  Task<absl::StatusOr<std::optional<StoredMessage>>> Next();

 private:
  class Core;
  std::shared_ptr<Core> core_;
};

}  // namespace walnats::transport
