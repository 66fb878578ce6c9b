#pragma once

// What must hold for a publish to be stored, by its own headers and by the
// stream's limits.
//
// Source: nats-server, server/stream.go, processJetStreamMsg;
// server/filestore.go, storeRawMsg.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "walnats/testing/jetstream_model/message_store.h"
#include "walnats/testing/jetstream_model/publish_request.h"
#include "walnats/testing/jetstream_model/refusal.h"
#include "walnats/testing/jetstream_model/version.h"
#include "walnats/transport/config.h"

namespace walnats::testing::model {

// Nats-Expected-Last-Sequence and -Last-Subject-Sequence.
std::optional<Refusal> CheckSequences(const PublishRequest& request,
                                      std::string_view subject,
                                      const MessageStore& store,
                                      const Version& version);
// Nats-Rollup.
std::optional<Refusal> CheckRollup(const PublishRequest& request,
                                   const transport::StreamConfig& config,
                                   const Version& version);
// max_message_size, and the length of headers.
std::optional<Refusal> CheckSize(const transport::Outgoing& message,
                                 const transport::StreamConfig& config);
// Discard::kNew: whether the limits leave room.
std::optional<Refusal> CheckRoom(const transport::StoredMessage& message,
                                 bool rollup, const MessageStore& store,
                                 const transport::StreamConfig& config);

// The messages of one batch, checked as if those before it were stored.
class BatchExpectations {
 public:
  BatchExpectations(const MessageStore& store,
                    const transport::StreamConfig& config,
                    const Version& version)
      : store_(store), config_(config), version_(version) {}

  std::optional<Refusal> Check(const PublishRequest& request,
                               const transport::StoredMessage& message);

 private:
  std::optional<Refusal> CheckSequences(const PublishRequest& request,
                                        const std::string& subject) const;
  std::optional<Refusal> CheckRollup(const PublishRequest& request,
                                     const std::string& subject) const;
  std::optional<Refusal> CheckRoom(const std::string& subject,
                                   bool rollup) const;

  const MessageStore& store_;
  const transport::StreamConfig& config_;
  const Version version_;
  std::map<std::string, uint64_t> written_;  // messages by subject
  uint64_t count_ = 0;
  uint64_t bytes_ = 0;
};

}  // namespace walnats::testing::model
