#include "walnats/testing/jetstream_model/unsettled.h"

#include <algorithm>
#include <cassert>
#include <iterator>

namespace walnats::testing::model {

const Unsettled::Pending* Unsettled::Find(uint64_t sequence) const {
  const auto found = pending_.find(sequence);
  return found == pending_.end() ? nullptr : &found->second;
}

void Unsettled::Track(uint64_t sequence, uint64_t consumer_sequence,
                      absl::Time now) {
  pending_.try_emplace(
      sequence, Pending{.consumer_sequence = consumer_sequence, .since = now});
  Unqueue(sequence);
  Restart(sequence, now);
}

void Unsettled::Restart(uint64_t sequence, absl::Time since) {
  const auto found = pending_.find(sequence);
  assert(found != pending_.end());
  Pending& pending = found->second;
  by_since_.erase({pending.since, sequence});
  pending.since = since;
  if (!pending.queued) by_since_.insert({since, sequence});
}

bool Unsettled::Forget(uint64_t sequence) {
  redeliveries_.erase(sequence);
  if (!pending_.contains(sequence)) return false;
  GiveUp(sequence);
  return true;
}

void Unsettled::GiveUp(uint64_t sequence) {
  Unqueue(sequence);
  const auto found = pending_.find(sequence);
  if (found == pending_.end()) return;
  by_since_.erase({found->second.since, sequence});
  pending_.erase(found);
}

void Unsettled::GiveUpAll() {
  pending_.clear();
  queue_.clear();
  by_since_.clear();
}

void Unsettled::ForgetBelow(uint64_t sequence) {
  while (!pending_.empty() && pending_.begin()->first < sequence) {
    Forget(pending_.begin()->first);
  }
  redeliveries_.erase(redeliveries_.begin(),
                      redeliveries_.lower_bound(sequence));
}

void Unsettled::Clear() { *this = Unsettled(); }

void Unsettled::Queue(uint64_t sequence) {
  const auto found = pending_.find(sequence);
  assert(found != pending_.end());
  if (found->second.queued) return;
  found->second.queued = true;
  by_since_.erase({found->second.since, sequence});
  queue_.push_back(sequence);
}

void Unsettled::Unqueue(uint64_t sequence) {
  const auto found = pending_.find(sequence);
  if (found == pending_.end() || !found->second.queued) return;
  found->second.queued = false;
  by_since_.insert({found->second.since, sequence});
  queue_.erase(std::find(queue_.begin(), queue_.end(), sequence));
}

void Unsettled::ClearQueue() {
  while (!queue_.empty()) Unqueue(queue_.front());
}

std::optional<uint64_t> Unsettled::queue_front() const {
  if (queue_.empty()) return std::nullopt;
  return queue_.front();
}

std::vector<uint64_t> Unsettled::WaitingSince(absl::Time since) const {
  std::vector<uint64_t> found;
  for (const auto& [began, sequence] : by_since_) {
    if (began > since) break;
    found.push_back(sequence);
  }
  std::sort(found.begin(), found.end());
  return found;
}

void Unsettled::QueueExpired(std::span<const uint64_t> sequences,
                             absl::Time now) {
  if (sequences.empty()) return;
  const absl::Duration shift = now - pending_.at(sequences.front()).since;
  for (const uint64_t sequence : sequences) {
    Queue(sequence);
    Restart(sequence, pending_.at(sequence).since + shift);
  }
}

std::optional<absl::Time> Unsettled::oldest() const {
  if (by_since_.empty()) return std::nullopt;
  return by_since_.begin()->first;
}

std::optional<absl::Time> Unsettled::newest() const {
  std::optional<absl::Time> newest;
  if (!by_since_.empty()) newest = by_since_.rbegin()->first;
  for (const uint64_t sequence : queue_) {
    const absl::Time since = pending_.at(sequence).since;
    if (!newest || since > *newest) newest = since;
  }
  return newest;
}

uint64_t Unsettled::redeliveries(uint64_t sequence) const {
  const auto found = redeliveries_.find(sequence);
  return found == redeliveries_.end() ? 0 : found->second;
}

}  // namespace walnats::testing::model
