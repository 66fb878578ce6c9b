#pragma once

// A message's own time to live, and the marker that the last message of a
// subject leaves behind. Of Nats-TTL: never, max_age counts all the same.
//
// Source: ADR-43; nats-server, server/stream.go, getMessageTTL.

#include <optional>
#include <string_view>

#include "absl/time/time.h"
#include "walnats/testing/jetstream_model/publish_request.h"
#include "walnats/testing/jetstream_model/refusal.h"
#include "walnats/testing/jetstream_model/version.h"
#include "walnats/transport/config.h"
#include "walnats/transport/stored.h"

namespace walnats::testing::model {

inline constexpr char kTtlHeader[] = "Nats-TTL";

// What is wrong with the TTL of a publish, if anything.
std::optional<Refusal> CheckTtl(const PublishRequest& request,
                                const transport::StreamConfig& config,
                                const Version& version);

// Infinite for none, and where the server does not know it.
absl::Duration TtlOf(const PublishRequest& request, const Version& version);

// What stands in the place of `last`, which has expired; nullopt for nothing.
std::optional<transport::StoredMessage> MarkerFor(
    const transport::StoredMessage& last, const transport::StreamConfig& config,
    absl::Time now);

}  // namespace walnats::testing::model
