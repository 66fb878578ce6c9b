#pragma once

// The baselines that speak the protocol by hand: what the server can do.

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tests/benchmarks/compare/hand.h"
#include "tests/benchmarks/compare/measured.h"
#include "tests/benchmarks/compare/setting.h"

namespace walnats::benchmarks {

// `count` messages, with at most 4,096 unanswered; returns when all are acked.
absl::Status PublishByHand(Hand& hand, const std::string& subject, int payload,
                           int64_t count);

absl::StatusOr<Measured> MeasurePublishByHand(const Setting& setting);
// Pulls of 2,000, the next sent when half of one has come.
absl::StatusOr<Measured> MeasurePullByHand(const Setting& setting);
// What walnats asks for when it registers kManyActors, pipelined.
absl::StatusOr<Measured> MeasureRegisterByHand(const Setting& setting);

}  // namespace walnats::benchmarks
