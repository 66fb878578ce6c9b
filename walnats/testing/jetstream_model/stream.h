#pragma once

// One stream: what it stores, what it refuses, what it lets go, and its
// consumers. No I/O: inputs and times in, answers and actions out.
//
// Source: nats-server, server/stream.go, ADR-22, ADR-31, ADR-50.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "walnats/event/headers.h"
#include "walnats/testing/jetstream_model/actions.h"
#include "walnats/testing/jetstream_model/batches.h"
#include "walnats/testing/jetstream_model/consumer.h"
#include "walnats/testing/jetstream_model/duplicate_window.h"
#include "walnats/testing/jetstream_model/message_store.h"
#include "walnats/testing/jetstream_model/publish_request.h"
#include "walnats/testing/jetstream_model/published.h"
#include "walnats/testing/jetstream_model/refusal.h"
#include "walnats/testing/jetstream_model/version.h"
#include "walnats/transport/config.h"
#include "walnats/transport/publish.h"

namespace walnats::testing::model {

enum class ConsumerAction { kCreateOrUpdate, kCreate, kUpdate };

class Stream {
 public:
  // `config` was normalized and checked. `version` and `actions` outlive it.
  Stream(transport::StreamConfig config, const Version& version,
         std::vector<Action>& actions, absl::Time now);

  Answer<Done> Update(const transport::StreamConfig& config, absl::Time now);
  transport::StreamInfo Info() const;
  const transport::StreamConfig& config() const { return config_; }
  bool Takes(std::string_view subject) const;

  // Checks limits and expectations, stores, and serves consumers.
  PublishAnswer Publish(const transport::Outgoing& message, absl::Time now);

  Answer<uint64_t> Purge(const transport::PurgeOptions& options,
                         absl::Time now);
  Answer<transport::StoredMessage> Get(
      const transport::GetOptions& options) const;
  Answer<std::vector<transport::StoredMessage>> GetMany(
      const transport::GetManyOptions& options) const;
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
  // After an input that the consumer got directly.
  void Serve(Consumer& consumer, absl::Time now);

  // What is not stored on disk is lost: consumers and batches in memory, ids
  // of messages that are gone.
  void Restart();
  // It and its consumers end, pulls with "Consumer Deleted".
  void End(absl::Time now);

  // Time: max_age, the duplicate window, batches, and its consumers'.
  void AdvanceTo(absl::Time now);
  absl::Time next() const;

 private:
  // ---- publish
  PublishAnswer PublishAlone(const PublishRequest& request,
                             const transport::Outgoing& message,
                             absl::Time now);
  PublishAnswer PublishInBatch(const PublishRequest& request,
                               const transport::Outgoing& message,
                               absl::Time now);
  PublishAnswer Commit(std::string_view batch,
                       std::vector<transport::StoredMessage> messages,
                       absl::Time now);
  std::optional<Refusal> CheckBatch(
      std::span<const transport::StoredMessage> messages) const;
  uint64_t Store(const PublishRequest& request,
                 transport::StoredMessage message, absl::Time now);
  void RollUp(const PublishRequest& request, std::string_view subject,
              absl::Time now);

  // ---- limits
  void EnforceLimits(absl::Time now);  // after an update
  void EnforceTotals(absl::Time now);
  void EnforceSubjectLimit(const std::string& subject, absl::Time now);
  bool ExpireByAge(absl::Time now);  // whether there was something to
  void Expire(uint64_t sequence, absl::Time now);
  Refusal CannotErase(uint64_t sequence) const;
  void Remove(uint64_t sequence, absl::Time now);
  void RemoveBelow(uint64_t first, absl::Time now);
  uint64_t RemoveMatching(const std::string& filter, uint64_t below,
                          uint64_t count, absl::Time now);
  uint64_t CountToPurge(const transport::PurgeOptions& options) const;

  // ---- interest
  // False if nobody has an interest in it, and that counts.
  bool IsWanted(std::string_view subject) const;
  bool IsNeeded(const transport::StoredMessage& message) const;
  void RemoveSettled(std::span<const uint64_t> sequences, absl::Time now);
  void RemoveUnneeded(absl::Time now);

  // ---- consumers
  std::optional<Refusal> CheckNewConsumer(
      const transport::ConsumerConfig& config) const;
  bool IsUniqueInQueue(const transport::ConsumerConfig& config) const;
  void AdvanceConsumers(absl::Time now);
  void ServeAll(absl::Time now);
  void Tell(Advisory advisory) { actions_.push_back(std::move(advisory)); }
  void TellAbandoned(absl::Time now);

  transport::StreamConfig config_;
  const Version& version_;
  std::vector<Action>& actions_;
  const absl::Time created_;
  MessageStore store_;
  DuplicateWindow window_;
  std::string last_message_id_;
  Batches batches_;
  // When which message's own time is over, if it is there then.
  std::set<std::pair<absl::Time, uint64_t>> expiries_;
  std::map<std::string, std::unique_ptr<Consumer>> consumers_;
};

}  // namespace walnats::testing::model
