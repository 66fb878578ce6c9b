#pragma once

// What the server makes of a consumer's configuration, and what it refuses
// whatever else the stream holds.
//
// Source: nats-server, server/consumer.go, setConsumerConfigDefaults and
// checkConsumerCfg.

#include <optional>

#include "walnats/testing/jetstream_model/refusal.h"
#include "walnats/testing/jetstream_model/version.h"
#include "walnats/transport/config.h"

namespace walnats::testing::model {

// With the server's defaults, and without what this release does not know.
transport::ConsumerConfig Normalize(transport::ConsumerConfig config,
                                    const Version& version);

// What is wrong with a normalized one; nullopt if nothing is.
std::optional<Refusal> Check(const transport::ConsumerConfig& config,
                             const transport::StreamConfig& stream,
                             const Version& version);

// All fields but `raw`.
bool Same(const transport::ConsumerConfig& one,
          const transport::ConsumerConfig& other);

}  // namespace walnats::testing::model
