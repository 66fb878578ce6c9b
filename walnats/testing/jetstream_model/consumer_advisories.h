#pragma once

// What a consumer says under $JS.EVENT.ADVISORY.CONSUMER. Ids are not random:
// the stream, the consumer and a number.
//
// Source: nats-server, server/jetstream_events.go.

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "walnats/testing/jetstream_model/actions.h"

namespace walnats::testing::model {

Advisory MaxDeliveries(const DeliveryId& id, absl::Time now);
Advisory MessageNaked(const DeliveryId& id, absl::Time now);
Advisory MessageTerminated(const DeliveryId& id, std::string_view reason,
                           absl::Time now);
Advisory ConsumerPaused(std::string_view stream, std::string_view consumer,
                        absl::Time until, absl::Time now);

}  // namespace walnats::testing::model
