#pragma once

// What clients write to an ack subject. Source: nats-server,
// server/consumer.go, processAck and processNak.

#include <optional>
#include <string>
#include <string_view>

#include "walnats/testing/jetstream_model/actions.h"
#include "walnats/testing/jetstream_model/version.h"

namespace walnats::nats {

// "$JS.ACK.<stream>.<consumer>.<delivered>.<stream sequence>.<consumer
// sequence>.<time, ns>.<pending>"
std::string WriteAckSubject(const testing::model::Deliver& delivery);

// nullopt for a body that the server ignores: it answers all the same. The
// views of the result are those of `body`.
std::optional<testing::model::Settlement> ReadSettlement(
    std::string_view body, const testing::model::Version& version);

// Of "+NXT", what stands behind it: the request for more.
std::optional<std::string_view> ReadNext(std::string_view body);

}  // namespace walnats::nats
