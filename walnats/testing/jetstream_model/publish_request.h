#pragma once

// What a publish asks of its stream: the headers that the server reads.
//
// Source: ADR-4, ADR-50; nats-server, server/stream.go.

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "walnats/event/headers.h"
#include "walnats/transport/publish.h"

namespace walnats::testing::model {

inline constexpr char kRollupHeader[] = "Nats-Rollup";

// Views into the message; empty or nullopt where the header is not there.
struct PublishRequest {
  std::string_view message_id = {};
  std::string_view stream = {};
  std::optional<uint64_t> last_sequence = {};
  std::optional<uint64_t> subject_last_sequence = {};
  std::string_view subject = {};  // of subject_last_sequence
  std::string_view last_message_id = {};
  std::string_view rollup = {};
  std::string_view ttl = {};
  std::string_view batch = {};
  std::optional<uint64_t> batch_sequence = {};
  std::optional<std::string_view> batch_commit = {};
};

// Names are compared exactly, and of two headers the first counts. A number
// that is none is one that no stream has.
PublishRequest ReadPublishRequest(std::span<const Header> headers);

}  // namespace walnats::testing::model
