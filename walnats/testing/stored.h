#pragma once

// A message as its stream holds it.

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "walnats/codec.h"
#include "walnats/transport/stored.h"

namespace walnats::testing {

struct StoredBytes {
  explicit StoredBytes(transport::StoredMessage stored);

  // The first value of a header, names compared exactly.
  std::optional<std::string_view> header(std::string_view name) const;

  uint64_t sequence = 0;
  absl::Time time;    // when the stream stored it
  std::string id;     // Nats-Msg-Id; empty if it has none
  std::string trace;  // Walnats-Trace; likewise
  std::vector<transport::StoredHeader> headers;  // those two included
  std::string body;
};

template <class T>
struct Stored : StoredBytes {
  using StoredBytes::StoredBytes;

  T message{};
  absl::Status decoded;  // of `message`, which is worth nothing without it
};

// For the Harness.
template <class T, CodecOf<T> C>
Stored<T> Decode(transport::StoredMessage bytes) {
  Stored<T> stored(std::move(bytes));
  stored.decoded = C::Decode(stored.body, stored.message);
  return stored;
}

// For failing tests.
void PrintTo(const StoredBytes& stored, std::ostream* out);

template <class T>
void PrintTo(const Stored<T>& stored, std::ostream* out) {
  PrintTo(static_cast<const StoredBytes&>(stored), out);
  if (!stored.decoded.ok()) {
    *out << ", undecodable: " << stored.decoded;
  } else if constexpr (requires { stored.message.ShortDebugString(); }) {
    *out << " {" << stored.message.ShortDebugString() << "}";
  } else if constexpr (requires { *out << stored.message; }) {
    *out << " " << stored.message;
  }
}

}  // namespace walnats::testing
