#pragma once

// What the server tells about streams and consumers under
// $JS.EVENT.ADVISORY, as little of it as is true without a server.
//
// Source: nats-server, server/jetstream_events.go.

#include <string_view>

#include "absl/time/time.h"
#include "walnats/testing/jetstream_model/actions.h"

namespace walnats::testing::model {

enum class Happening { kCreated, kUpdated, kDeleted };

Advisory StreamAdvisory(std::string_view stream, Happening happening,
                        absl::Time now);
// No server tells of a consumer's update.
Advisory ConsumerAdvisory(std::string_view stream, std::string_view consumer,
                          Happening happening, absl::Time now);
// `reason`: "timeout", "large", "incomplete", as the server says.
Advisory BatchAbandonedAdvisory(std::string_view stream, std::string_view batch,
                                std::string_view reason, absl::Time now);

}  // namespace walnats::testing::model
