// What a stream lets go: by its limits, its retention, or because it was told.

#include <algorithm>
#include <limits>

#include "walnats/testing/jetstream_model/message_ttl.h"
#include "walnats/testing/jetstream_model/refusals.h"
#include "walnats/testing/jetstream_model/stream.h"
#include "walnats/testing/jetstream_model/subject.h"

namespace walnats::testing::model {
namespace {

bool Exceeds(uint64_t count, const std::optional<int64_t>& limit) {
  return limit && count > static_cast<uint64_t>(*limit);
}

}  // namespace

void Stream::Remove(uint64_t sequence, absl::Time now) {
  if (!store_.Erase(sequence)) return;
  for (const auto& [name, consumer] : consumers_) {
    consumer->OnRemoved(sequence, now);
  }
}

void Stream::RemoveBelow(uint64_t first, absl::Time now) {
  store_.Compact(first);
  for (const auto& [name, consumer] : consumers_) {
    consumer->OnPurged(store_.first(), now);
  }
}

void Stream::EnforceLimits(absl::Time now) {
  std::vector<std::string> subjects;
  for (const auto& [subject, sequences] : store_.subjects()) {
    subjects.push_back(subject);
  }
  for (const std::string& subject : subjects) {
    EnforceSubjectLimit(subject, now);
  }
  EnforceTotals(now);
}

void Stream::EnforceTotals(absl::Time now) {
  while (Exceeds(store_.messages(), config_.max_messages) ||
         Exceeds(store_.bytes(), config_.max_bytes)) {
    Remove(store_.first(), now);
  }
}

void Stream::EnforceSubjectLimit(const std::string& subject, absl::Time now) {
  for (;;) {
    const auto found = store_.subjects().find(subject);
    if (found == store_.subjects().end() ||
        !Exceeds(found->second.size(), config_.max_messages_per_subject)) {
      return;
    }
    Remove(found->second.front(), now);
  }
}

bool Stream::ExpireByAge(absl::Time now) {
  bool expired = false;
  while (config_.max_age && store_.messages() > 0 &&
         store_.all().begin()->second->time + *config_.max_age <= now) {
    Expire(store_.first(), now);
    expired = true;
  }
  while (!expiries_.empty() && expiries_.begin()->first <= now) {
    const uint64_t sequence = expiries_.begin()->second;
    expiries_.erase(expiries_.begin());
    expired |= store_.Find(sequence) != nullptr;
    Expire(sequence, now);
  }
  return expired;
}

void Stream::Expire(uint64_t sequence, absl::Time now) {
  const StoredPtr message = store_.Find(sequence);
  if (message == nullptr) return;
  Remove(sequence, now);
  if (store_.subjects().contains(message->subject)) return;
  auto marker = MarkerFor(*message, config_, now);
  if (!marker) return;
  expiries_.emplace(now + *config_.subject_delete_marker_ttl,
                    store_.Append(*std::move(marker)));
}

Answer<uint64_t> Stream::Purge(const transport::PurgeOptions& options,
                               absl::Time now) {
  const uint64_t up_to = options.up_to.value_or(0);
  const uint64_t keep = options.keep.value_or(0);
  if (up_to > 0 && keep > 0) return BadRequest();
  if (config_.deny_purge) return PurgeFailed("stream purge not permitted");
  const uint64_t before = store_.messages();
  const bool whole = options.filter.empty() || options.filter == ">";
  const bool one_is_nothing = Has(version_, Difference::kPurgeUpToOneIsNothing);
  if (up_to == 1 && (one_is_nothing || !whole)) return uint64_t{0};
  if (!whole) {
    const uint64_t below =
        up_to == 0 ? std::numeric_limits<uint64_t>::max() : up_to;
    RemoveMatching(options.filter, below, CountToPurge(options), now);
  } else if (keep == 0) {
    RemoveBelow(up_to > 1 ? up_to : store_.last() + 1, now);
  } else if (keep < before) {
    const bool counted = Has(version_, Difference::kPurgeKeepsCounted);
    uint64_t first = store_.last() - keep + 1;
    if (counted)
      first = std::prev(store_.all().end(), static_cast<int64_t>(keep))->first;
    RemoveBelow(first, now);
  }
  ServeAll(now);
  return before - store_.messages();
}

uint64_t Stream::CountToPurge(const transport::PurgeOptions& options) const {
  const uint64_t keep = options.keep.value_or(0);
  if (keep == 0) return std::numeric_limits<uint64_t>::max();
  const uint64_t count = store_.Count(0, std::span(&options.filter, 1));
  return count > keep ? count - keep : 0;
}

uint64_t Stream::RemoveMatching(const std::string& filter, uint64_t below,
                                uint64_t count, absl::Time now) {
  uint64_t removed = 0;
  for (uint64_t from = 0; removed < count; ++removed) {
    const StoredPtr next = store_.Next(from, std::span(&filter, 1));
    if (!next || next->sequence >= below) break;
    from = next->sequence + 1;
    store_.Erase(next->sequence);
  }
  for (const auto& [name, consumer] : consumers_) {
    if (removed > 0) consumer->OnPurged(filter, now);
  }
  return removed;
}

// ---- interest

bool Stream::IsWanted(std::string_view subject) const {
  if (config_.retention != Retention::kInterest) return true;
  return std::any_of(
      consumers_.begin(), consumers_.end(), [subject](const auto& consumer) {
        return MatchesAny(consumer.second->config().filter_subjects, subject);
      });
}

bool Stream::IsNeeded(const transport::StoredMessage& message) const {
  return std::any_of(
      consumers_.begin(), consumers_.end(), [&message](const auto& consumer) {
        return consumer.second->Needs(message.sequence, message.subject);
      });
}

void Stream::RemoveUnneeded(absl::Time now) {
  std::vector<uint64_t> unneeded;
  for (const auto& [sequence, message] : store_.all()) {
    if (!IsNeeded(*message)) unneeded.push_back(sequence);
  }
  for (const uint64_t sequence : unneeded) Remove(sequence, now);
}

void Stream::Settle(const DeliveryId& id, const Settlement& settlement,
                    absl::Time now) {
  Consumer* const consumer = FindConsumer(id.consumer);
  if (consumer == nullptr) return;
  std::vector<uint64_t> settled;
  consumer->Settle(id, settlement, now, settled);
  RemoveSettled(settled, now);
  Serve(*consumer, now);
}

void Stream::RemoveSettled(std::span<const uint64_t> sequences,
                           absl::Time now) {
  if (config_.retention == Retention::kLimits) return;
  for (const uint64_t sequence : sequences) {
    const StoredPtr message = store_.Find(sequence);
    if (!message) continue;
    if (config_.retention == Retention::kWorkQueue || !IsNeeded(*message)) {
      Remove(sequence, now);
    }
  }
}

}  // namespace walnats::testing::model
