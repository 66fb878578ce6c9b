#pragma once

// One stream: what it stores, what it refuses, what it lets go, and its
// consumers. No I/O: inputs and times in, answers and actions out.
//
// Source: nats-server, server/stream.go, ADR-22, ADR-31, ADR-50.

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "walnats/event/headers.h"
#include "walnats/testing/jetstream_model/actions.h"
#include "walnats/testing/jetstream_model/consumer.h"
#include "walnats/testing/jetstream_model/message_store.h"
#include "walnats/testing/jetstream_model/refusal.h"
#include "walnats/testing/jetstream_model/version.h"
#include "walnats/transport/config.h"
#include "walnats/transport/publish.h"

namespace walnats::testing::model {

enum class ConsumerAction { kCreateOrUpdate, kCreate, kUpdate };

class Stream {
 public:
  // `config` was checked. `version` and `actions` outlive it.
  Stream(transport::StreamConfig config, const Version& version,
         std::vector<Action>& actions, absl::Time now);

  Answer<Done> Update(const transport::StreamConfig& config, absl::Time now);
  transport::StreamInfo Info() const;
  const transport::StreamConfig& config() const { return config_; }
  bool Takes(std::string_view subject) const;

  // Whether it could be stored, and why not: limits and expectations, without
  // storing it. Then consumers are served.
  Answer<transport::PubAck> Publish(const transport::Outgoing& message,
                                    absl::Time now);

  Answer<uint64_t> Purge(const transport::PurgeOptions& options,
                         absl::Time now);
  Answer<transport::StoredMessage> Get(
      const transport::GetOptions& options) const;
  Answer<Done> Erase(uint64_t sequence, absl::Time now);
  const MessageStore& store() const { return store_; }

  Answer<transport::ConsumerInfo> PutConsumer(
      const transport::ConsumerConfig& config, ConsumerAction action,
      absl::Time now);
  Answer<Done> DeleteConsumer(const std::string& name, absl::Time now);
  Consumer* FindConsumer(const std::string& name);
  const std::map<std::string, std::unique_ptr<Consumer>>& consumers() const {
    return consumers_;
  }
  void Settle(const DeliveryId& id, const Settlement& settlement,
              absl::Time now);

  // Time: max_age, the duplicate window, and its consumers'.
  void AdvanceTo(absl::Time now);
  absl::Time next() const;

 private:
  transport::StreamConfig config_;
  const Version& version_;
  std::vector<Action>& actions_;
  const absl::Time created_;
  MessageStore store_;
  std::map<std::string, std::unique_ptr<Consumer>> consumers_;
};

}  // namespace walnats::testing::model
