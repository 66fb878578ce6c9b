#pragma once

// Reads a stream from a place on, without a mark on it: an ephemeral consumer
// that acks nothing and is made again after the last message read whenever it
// is lost. For scans (dead letters), watches (key-value) and tails.
//
//   StreamReader reader(transport, clock, "shop", {.follow = true});
//   for (;;) {
//     auto message = co_await reader.Next();
//     if (!message.ok()) co_return message.status();
//     if (*message) Show(**message);
//   }
//
// A consumer more would change what streams with another retention than by
// limits keep, so of those every message is asked for by itself, and new ones
// are looked for twice a second.

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
  // At least one. Where a consumer cannot have them as they are (several before
  // 2.10, or some that cover each other), what is between them is read too, and
  // dropped here.
  std::vector<std::string> subjects = {">"};
  DeliverPolicy deliver = DeliverPolicy::kAll;
  uint64_t start_sequence = 0;  // kBySequence
  absl::Time start_time = {};   // kByTime
  bool headers_only = false;    // without bodies
  bool follow = false;          // wait for new ones at the end
};

class StreamReader {
 public:
  // Both outlive it. On the transport's thread only; destroying it ends it, and
  // a Next that waits with kCancelled.
  StreamReader(Transport& transport, Clock& clock, std::string stream,
               ReadOptions options);
  ~StreamReader();
  StreamReader(const StreamReader&) = delete;
  StreamReader& operator=(const StreamReader&) = delete;

  // The next message, in the stream's order and none left out. nullopt at the
  // end of what was there at the start; with `follow` it is said once, and what
  // comes later follows. One caller at a time.
  //
  // kLastPerSubject: if its consumer is lost before that end, older messages
  // of a subject may come too, before its last.
  //
  // Errors that last: kNotFound if there is no such stream, kAborted if it was
  // deleted and made again, what else the server refuses. While the connection
  // or the stream's leader is away a reader that follows waits; another one
  // gives up after 30 s with kUnavailable or kDeadlineExceeded, and goes on if
  // it is asked again.
  Task<absl::StatusOr<std::optional<StoredMessage>>> Next();

 private:
  class Core;
  const std::shared_ptr<Core> core_;
};

}  // namespace walnats::transport
