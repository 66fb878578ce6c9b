#pragma once

// The streams that the measurements use, as walnats registers them, so that
// all meet the same configuration.

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tests/benchmarks/compare/hand.h"
#include "tests/benchmarks/compare/setting.h"

namespace walnats::benchmarks {

// In a process of its own, so that it leaves nothing in the one that measures.
// Makes the stream of kPublish anew: empty.
absl::Status EmptyStream(const Setting& setting);
// Fills the stream of kConsume with setting.messages, unless it has them, and
// deletes its consumers.
absl::Status FullStream(const Setting& setting);

// A durable pull consumer of the stream of kConsume, with explicit acks and
// what walnats' actors have for the rest.
absl::Status AddPullConsumer(Hand& hand, const Setting& setting,
                             std::string_view name);

// Returns once `consumer` has acked all of setting.messages, within 30 s.
absl::Status AwaitAckFloor(Hand& hand, const Setting& setting,
                           std::string_view consumer);

}  // namespace walnats::benchmarks
