#pragma once

// A message that an actor gave up, as it stands in the stream "walnats-dead".

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "walnats/codec.h"
#include "walnats/event.h"
#include "walnats/transport/stored.h"

namespace walnats::testing {

struct DeadLetter {
  std::string service;
  std::string actor;

  std::string event;
  std::string stream;
  uint64_t sequence = 0;  // of the message in its stream
  absl::Time stored;      // when the stream stored it
  std::vector<transport::StoredHeader> headers;
  std::string body;
  bool body_left_out = false;  // the letter was too large for the server
  std::string schema;          // the full name of the message's type

  int64_t attempts = 0;
  absl::Status status;  // of the last attempt
  absl::Time time;      // when it died

  // The attempts that failed before the last one.
  struct Error {
    int64_t attempt = 0;
    absl::Time time;
    absl::Status status;
  };
  std::vector<Error> errors;

  int generation = 0;  // how often it had been redriven before it died

  // The message; `event` is the one whose message died.
  template <class T, CodecOf<T> C>
  absl::StatusOr<T> Message(const Event<T, C>&) const {
    T message{};
    if (absl::Status decoded = C::Decode(body, message); !decoded.ok()) {
      return decoded;
    }
    return message;
  }
};

// For failing tests.
void PrintTo(const DeadLetter& letter, std::ostream* out);

}  // namespace walnats::testing
