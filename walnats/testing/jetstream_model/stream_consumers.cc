// The consumers of a stream: how they come, go, and are served.

#include <algorithm>
#include <utility>

#include "walnats/testing/jetstream_model/advisories.h"
#include "walnats/testing/jetstream_model/consumer_config.h"
#include "walnats/testing/jetstream_model/refusals.h"
#include "walnats/testing/jetstream_model/stream.h"
#include "walnats/testing/jetstream_model/subject.h"

namespace walnats::testing::model {
namespace {

using transport::ConsumerConfig;
using transport::ConsumerInfo;

constexpr int64_t kMaxConsumers = 1'000;

}  // namespace

Consumer* Stream::FindConsumer(const std::string& name) {
  const auto found = consumers_.find(name);
  return found == consumers_.end() ? nullptr : found->second.get();
}

Answer<ConsumerInfo> Stream::PutConsumer(const ConsumerConfig& asked,
                                         ConsumerAction action,
                                         absl::Time now) {
  const ConsumerConfig config = Normalize(asked, version_);
  const bool told = Has(version_, Difference::kConsumerAction);
  if (auto refusal = Check(config, config_, version_)) return *refusal;
  if (Consumer* const old = FindConsumer(config.name)) {
    if (told && action == ConsumerAction::kCreate &&
        !Same(old->config(), config)) {
      return ConsumerExists();
    }
    if (config_.retention == Retention::kWorkQueue &&
        Has(version_, Difference::kFilterBoundsWorkQueue) &&
        !IsUniqueInQueue(config)) {
      return WorkQueueNotUnique();
    }
    const Answer<Done> updated = old->Update(config, now);
    if (!updated.ok()) return updated.refusal();
    Serve(*old, now);
    return old->Info(now);
  }
  if (told && action == ConsumerAction::kUpdate) return NoConsumerToUpdate();
  if (auto refusal = CheckNewConsumer(config)) return *refusal;
  const ConsumerScope scope = {config_.name, store_, version_, actions_};
  const auto created = consumers_.emplace(
      config.name, std::make_unique<Consumer>(scope, config, now));
  Tell(ConsumerAdvisory(config_.name, config.name, Happening::kCreated, now));
  return created.first->second->Info(now);
}

std::optional<Refusal> Stream::CheckNewConsumer(
    const ConsumerConfig& config) const {
  const bool bounded = Has(version_, Difference::kConsumersBounded);
  const auto count = static_cast<int64_t>(consumers_.size());
  if (config_.max_consumers ? count >= *config_.max_consumers
                            : bounded && count >= kMaxConsumers) {
    return TooManyConsumers();
  }
  if (config_.retention != Retention::kWorkQueue) return std::nullopt;
  if (config.ack != transport::AckPolicy::kExplicit) {
    return WorkQueueNeedsExplicitAck();
  }
  const bool from_first = config.deliver == transport::DeliverPolicy::kAll;
  // Both orders are the server's, and only one of two refusals is told.
  if (!from_first && Has(version_, Difference::kFilterBoundsWorkQueue)) {
    return WorkQueueNeedsDeliverAll();
  }
  if (!consumers_.empty() && config.filter_subjects.empty()) {
    return WorkQueueNeedsFilter();
  }
  if (!IsUniqueInQueue(config)) return WorkQueueNotUnique();
  if (!from_first) return WorkQueueNeedsDeliverAll();
  return std::nullopt;
}

bool Stream::IsUniqueInQueue(const ConsumerConfig& config) const {
  for (const auto& [name, consumer] : consumers_) {
    if (name == config.name) continue;
    const std::vector<std::string>& filters =
        consumer->config().filter_subjects;
    if (filters.empty()) return config.filter_subjects.empty();
    for (const std::string& filter : filters) {
      const bool overlaps = std::any_of(
          config.filter_subjects.begin(), config.filter_subjects.end(),
          [&filter](const std::string& own) { return Overlap(own, filter); });
      if (overlaps) return false;
    }
  }
  return true;
}

Answer<Done> Stream::DeleteConsumer(const std::string& name, absl::Time now) {
  const auto found = consumers_.find(name);
  if (found == consumers_.end()) return ConsumerNotFound();
  found->second->EndPulls(409, "Consumer Deleted");
  // `name` may be the one in the map.
  const auto deleted = consumers_.extract(found);
  Tell(ConsumerAdvisory(config_.name, deleted.key(), Happening::kDeleted, now));
  if (config_.retention == Retention::kInterest) RemoveUnneeded(now);
  return Done();
}

void Stream::Serve(Consumer& consumer, absl::Time now) {
  consumer.Dispatch(now);
  RemoveSettled(consumer.TakeSettled(), now);
}

void Stream::ServeAll(absl::Time now) {
  for (const auto& [name, consumer] : consumers_) Serve(*consumer, now);
}

void Stream::AdvanceConsumers(absl::Time now) {
  std::vector<std::string> expired;
  for (const auto& [name, consumer] : consumers_) {
    if (consumer->next() > now) continue;
    consumer->AdvanceTo(now);
    Serve(*consumer, now);
    if (consumer->expired(now)) expired.push_back(name);
  }
  for (const std::string& name : expired) DeleteConsumer(name, now);
}

}  // namespace walnats::testing::model
