#pragma once

// What can be said of an emit, and what comes back: of one event
// (Client::Emit), and of many (Client::EmitAll).

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "walnats/event/headers.h"

namespace walnats {

// Views and numbers only: what is viewed need live until Emit has returned.
struct EmitOptions {
  // The message id. A second emit with the same id within the event's
  // `duplicates` window is not stored again (Receipt::duplicate). Empty: a
  // unique one, unless the event declared `message_ids = false`.
  std::string_view id = {};

  // Further headers, for your own use. Names beginning with "Nats-" or
  // "Walnats-" are refused.
  std::span<const Header> headers = {};

  // Carried to every event that handlers emit because of this one. Context
  // sets it by itself.
  std::string_view trace = {};

  // Actors handle it no earlier than so long from now. It is stored at once.
  absl::Duration delay = absl::ZeroDuration();

  // Store it only if the stream's last sequence is this (0: only if empty);
  // else kAborted.
  std::optional<uint64_t> expected_last_sequence = {};

  // While the publish window is full: wait, or fail with kResourceExhausted.
  bool wait = true;

  // How long it may wait unsent (window full, no connection) before it fails
  // with kUnavailable.
  absl::Duration unsent_limit = absl::Seconds(30);
};
// g++ 12 destroys owning temporaries of a co_await expression twice.
static_assert(std::is_trivially_destructible_v<EmitOptions>);

// Where the stream has stored the message.
struct Receipt {
  std::string stream;
  uint64_t sequence = 0;   // of the first copy, if it is a duplicate
  bool duplicate = false;  // the id was seen before within the window
};

// As EmitOptions, for all messages of an EmitAll. Views and numbers only,
// copied before EmitAll returns its Task.
template <class T>
struct EmitAllOptions {
  // The message id of each: see EmitOptions::id.
  std::string (*id)(const T& message) = nullptr;

  std::span<const Header> headers = {};
  std::string_view trace = {};
  absl::Duration delay = absl::ZeroDuration();
  absl::Duration unsent_limit = absl::Seconds(30);

  // Stores all of them or none, one behind the other: 1 to 1,000 messages of an
  // event with `atomic_batches`, on a server from 2.12 on (kUnimplemented
  // elsewhere). kAborted if an id was seen before, and if
  // `expected_last_sequence` is not the stream's last before them. kUnknown if
  // the answer was lost: then all may be stored. Source: ADR-50.
  bool atomic = false;
  std::optional<uint64_t> expected_last_sequence = {};  // atomic only
};

// What became of each message of an EmitAll, in their order: 8 bytes for one
// that was stored.
class EmitResults {
 public:
  struct Failure {
    std::size_t index = 0;
    absl::Status status;
  };

  // Messages that were taken: all, if the client was not closed meanwhile.
  std::size_t size() const { return stored_.size(); }
  // All are stored.
  bool ok() const { return failures_.empty() && ended_.ok(); }
  // OK, or the first failure and how many there are.
  absl::Status status() const;
  // Of the message `index`, less than size().
  absl::StatusOr<Receipt> operator[](std::size_t index) const;
  // By index.
  const std::vector<Failure>& failures() const { return failures_; }

  // For EmitAll and tests.
  struct Stored {
    uint64_t sequence : 63 = 0;  // 0: not stored
    uint64_t duplicate : 1 = 0;
  };
  // `ended`: why not all messages were taken.
  EmitResults(std::string stream, std::vector<Stored> stored,
              std::vector<Failure> failures, absl::Status ended);

 private:
  std::string stream_;
  std::vector<Stored> stored_;
  std::vector<Failure> failures_;
  absl::Status ended_;
};

namespace internal {

// One message of an EmitAll, in memory that the next uses again.
struct EncodedMessage {
  std::string body;
  std::string id;
  absl::Status encoded;
};

// False: there are no more.
using EncodedMessages = std::function<bool(EncodedMessage& next)>;

}  // namespace internal
}  // namespace walnats
