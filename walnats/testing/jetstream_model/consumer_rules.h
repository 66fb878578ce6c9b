#pragma once

// What cannot be asked of a consumer that exists, with the server's words.
//
// Source: nats-server, server/consumer.go: checkNewConsumerConfig,
// resetStartingSeq, processNextMsgRequest.

#include <cstdint>
#include <optional>

#include "walnats/testing/jetstream_model/actions.h"
#include "walnats/testing/jetstream_model/message_store.h"
#include "walnats/testing/jetstream_model/refusal.h"
#include "walnats/testing/jetstream_model/version.h"
#include "walnats/transport/config.h"

namespace walnats::testing::model {

std::optional<Refusal> RefuseUpdate(const transport::ConsumerConfig& from,
                                    const transport::ConsumerConfig& to,
                                    const Version& version);

// `sequence` 0 is the ack floor.
std::optional<Refusal> RefuseReset(const transport::ConsumerConfig& config,
                                   uint64_t sequence,
                                   const MessageStore& store);

// Wrong whatever else is going on; the inbox is left empty.
std::optional<PullStatus> RefusePull(const PullRequest& request,
                                     const transport::ConsumerConfig& config);

// How many pulls may wait.
int64_t MaxWaiting(const transport::ConsumerConfig& config);

}  // namespace walnats::testing::model
