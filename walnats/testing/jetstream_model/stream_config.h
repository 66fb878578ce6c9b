#pragma once

// What the server makes of a stream's configuration, and what it refuses.
//
// Source: nats-server, server/stream.go, checkStreamCfg and
// configUpdateCheck.

#include <optional>
#include <string_view>

#include "walnats/testing/jetstream_model/refusal.h"
#include "walnats/testing/jetstream_model/version.h"
#include "walnats/transport/config.h"

namespace walnats::testing::model {

// With the server's defaults, and without what this release does not know: as
// it would be echoed.
transport::StreamConfig Normalize(transport::StreamConfig config,
                                  const Version& version);

// What is wrong with a normalized one; nullopt if nothing is.
std::optional<Refusal> Check(const transport::StreamConfig& config,
                             const Version& version);
// What an update cannot change.
std::optional<Refusal> CheckUpdate(const transport::StreamConfig& old,
                                   const transport::StreamConfig& config,
                                   const Version& version);

// All fields but `raw`.
bool Same(const transport::StreamConfig& one,
          const transport::StreamConfig& other);

// Whether a field that StreamConfig does not know is set in `raw`.
bool HasFlag(const transport::StreamConfig& config, std::string_view name);

}  // namespace walnats::testing::model
