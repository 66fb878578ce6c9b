#pragma once

// Where a new consumer begins, by its deliver policy.
//
// Source: nats-server, server/consumer.go, selectStartingSeqNo.

#include <cstdint>
#include <vector>

#include "absl/time/time.h"
#include "walnats/testing/jetstream_model/message_store.h"
#include "walnats/testing/jetstream_model/version.h"
#include "walnats/transport/config.h"

namespace walnats::testing::model {

// The stream sequence that is delivered first, if it is there and matches.
uint64_t StartOf(const transport::ConsumerConfig& config,
                 const MessageStore& store, const Version& version);

// The last of each subject, by sequence; empty for other policies.
std::vector<uint64_t> LastPerSubject(const transport::ConsumerConfig& config,
                                     const MessageStore& store);

// The first that was stored at `time` or later, or last() + 1.
uint64_t FirstSince(absl::Time time, const MessageStore& store);

}  // namespace walnats::testing::model
