#pragma once

// The body of a pull. Source: nats-server, server/consumer.go,
// nextReqFromMsg.

#include <string_view>

#include "absl/status/statusor.h"
#include "walnats/testing/jetstream_model/actions.h"

namespace walnats::nats {

// JSON, a number, or nothing; what is none of them is a pull of one message. An
// error for JSON that is none.
absl::StatusOr<testing::model::PullRequest> ReadPull(std::string_view body);

}  // namespace walnats::nats
