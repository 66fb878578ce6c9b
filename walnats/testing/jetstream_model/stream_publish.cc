// What a stream stores.

#include <utility>

#include "walnats/testing/jetstream_model/advisories.h"
#include "walnats/testing/jetstream_model/expectations.h"
#include "walnats/testing/jetstream_model/message_ttl.h"
#include "walnats/testing/jetstream_model/refusals.h"
#include "walnats/testing/jetstream_model/stream.h"

namespace walnats::testing::model {
namespace {

using transport::Outgoing;
using transport::StoredMessage;

StoredMessage ToStored(const Outgoing& message, absl::Time now) {
  StoredMessage stored;
  stored.subject = message.subject;
  stored.time = now;
  for (const Header& header : message.headers) {
    stored.headers.push_back(
        {std::string(header.name), std::string(header.value)});
  }
  stored.body = message.body;
  return stored;
}

PublishRequest ReadRequest(const StoredMessage& message) {
  std::vector<Header> headers;
  for (const transport::StoredHeader& header : message.headers) {
    headers.push_back({header.name, header.value});
  }
  return ReadPublishRequest(headers);
}

}  // namespace

PublishAnswer Stream::Publish(const Outgoing& message, absl::Time now) {
  const PublishRequest request = ReadPublishRequest(message.headers);
  const bool batched =
      !request.batch.empty() && Has(version_, Difference::kAtomicBatch);
  PublishAnswer answer = batched ? PublishInBatch(request, message, now)
                                 : PublishAlone(request, message, now);
  if (answer.ok()) ServeAll(now);
  return answer;
}

PublishAnswer Stream::PublishAlone(const PublishRequest& request,
                                   const Outgoing& message, absl::Time now) {
  const bool expectation_first = Has(version_, Difference::kExpectationFirst);
  if (!request.stream.empty() && request.stream != config_.name) {
    return WrongStream();
  }
  const auto wrong = CheckSequences(request, message.subject, store_, version_);
  if (wrong && expectation_first) return *wrong;
  if (!request.message_id.empty()) {
    if (const auto sequence = window_.Find(request.message_id)) {
      return std::variant<Published, Staged>(
          Published{{config_.name, *sequence, true}});
    }
  }
  if (wrong) return *wrong;
  if (!request.last_message_id.empty() &&
      request.last_message_id != last_message_id_) {
    return WrongLastMessageId(last_message_id_);
  }
  if (auto refusal = CheckTtl(request, config_, version_)) return *refusal;
  if (auto refusal = CheckRollup(request, config_, version_)) return *refusal;
  if (auto refusal = CheckSize(message, config_)) return *refusal;
  StoredMessage stored = ToStored(message, now);
  const bool rollup = !request.rollup.empty();
  if (IsWanted(message.subject)) {
    if (auto refusal = CheckRoom(stored, rollup, store_, config_)) {
      return *refusal;
    }
  }
  const uint64_t sequence = Store(request, std::move(stored), now);
  return std::variant<Published, Staged>(
      Published{{config_.name, sequence, false}});
}

uint64_t Stream::Store(const PublishRequest& request, StoredMessage message,
                       absl::Time now) {
  const std::string subject = message.subject;
  const bool skipped = !IsWanted(subject);
  const uint64_t sequence =
      skipped ? store_.Skip() : store_.Append(std::move(message));
  last_message_id_ = request.message_id;
  if (!request.message_id.empty()) {
    const bool known =
        !skipped || Has(version_, Difference::kSkippedKeepsSequence);
    window_.Add(request.message_id, known ? sequence : 0, now);
  }
  if (skipped) return sequence;
  if (const absl::Duration ttl = TtlOf(request, version_);
      ttl != absl::InfiniteDuration()) {
    expiries_.emplace(now + ttl, sequence);
  }
  EnforceSubjectLimit(subject, now);
  EnforceTotals(now);
  RollUp(request, subject, now);
  return sequence;
}

void Stream::RollUp(const PublishRequest& request, std::string_view subject,
                    absl::Time now) {
  if (request.rollup.empty()) return;
  const std::string filter(request.rollup == "all" ? ">" : subject);
  RemoveMatching(filter, store_.last(), store_.messages(), now);
}

// ---- batches

PublishAnswer Stream::PublishInBatch(const PublishRequest& request,
                                     const Outgoing& message, absl::Time now) {
  if (auto refusal = CheckSize(message, config_)) return *refusal;
  if (!config_.allow_atomic) return BatchesDisabled();
  const std::string batch(request.batch);
  auto added = batches_.Add(request, ToStored(message, now), now);
  TellAbandoned(now);
  if (!added.ok()) return added.refusal();
  if (!*added) {
    return std::variant<Published, Staged>(Staged{!message.reply.empty()});
  }
  return Commit(batch, std::move(**added), now);
}

PublishAnswer Stream::Commit(std::string_view batch,
                             std::vector<StoredMessage> messages,
                             absl::Time now) {
  if (auto refusal = CheckBatch(messages)) return *refusal;
  const int count = static_cast<int>(messages.size());
  uint64_t sequence = 0;
  for (StoredMessage& message : messages) {
    // A copy: the request refers to headers that move into the store.
    const StoredMessage stored = message;
    message.time = now;
    sequence = Store(ReadRequest(stored), std::move(message), now);
  }
  return std::variant<Published, Staged>(
      Published{{config_.name, sequence, false}, std::string(batch), count});
}

std::optional<Refusal> Stream::CheckBatch(
    std::span<const StoredMessage> messages) const {
  BatchExpectations expectations(store_, config_, version_);
  std::map<std::string, bool, std::less<>> ids;
  for (const StoredMessage& message : messages) {
    const PublishRequest request = ReadRequest(message);
    if (!request.last_message_id.empty()) {
      return BatchHeaderUnsupported(kExpectedLastMessageIdHeader);
    }
    if (!request.stream.empty() && request.stream != config_.name) {
      return WrongStream();
    }
    const std::string_view id = request.message_id;
    if (!id.empty() && Has(version_, Difference::kBatchMessageIds)) {
      const bool repeated = !ids.emplace(id, true).second;
      if (repeated || window_.Find(id)) return BatchHasDuplicate();
    }
    if (auto refusal = expectations.Check(request, message)) return refusal;
  }
  return std::nullopt;
}

void Stream::TellAbandoned(absl::Time now) {
  for (const Batches::Abandoned& abandoned : batches_.TakeAbandoned()) {
    Tell(BatchAbandonedAdvisory(config_.name, abandoned.batch, abandoned.reason,
                                now));
  }
}

}  // namespace walnats::testing::model
