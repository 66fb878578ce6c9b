#include "walnats/testing/jetstream_model/message_store.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

#include "walnats/testing/jetstream_model/subject.h"

namespace walnats::testing::model {
namespace {

// The file store's record around subject, headers and body, and what headers
// add to it. Source: server/filestore.go, fileStoreMsgSizeRaw.
constexpr uint64_t kRecord = 22 + 8;
constexpr uint64_t kHeaderLength = 4;

// The same in memory. Source: server/memstore.go, memStoreMsgSizeRaw.
constexpr uint64_t kMemoryRecord = 16;

uint64_t HeaderBytes(const std::vector<transport::StoredHeader>& headers) {
  if (headers.empty()) return 0;
  uint64_t bytes = std::string_view("NATS/1.0\r\n\r\n").size();
  for (const transport::StoredHeader& header : headers) {
    bytes += header.name.size() + header.value.size();
    bytes += std::string_view(": \r\n").size();
  }
  return bytes;
}

uint64_t CountFrom(const std::deque<uint64_t>& sequences, uint64_t from) {
  return static_cast<uint64_t>(
      sequences.end() -
      std::lower_bound(sequences.begin(), sequences.end(), from));
}

}  // namespace

uint64_t MessageStore::SizeOf(const transport::StoredMessage& message) const {
  const uint64_t headers = HeaderBytes(message.headers);
  const uint64_t content =
      message.subject.size() + message.body.size() + headers;
  if (storage_ == Storage::kMemory) return kMemoryRecord + content;
  return kRecord + content + (headers == 0 ? 0 : kHeaderLength);
}

uint64_t MessageStore::NextSequence() {
  if (first_ == 0) first_ = 1;
  return ++last_;
}

uint64_t MessageStore::Append(transport::StoredMessage message) {
  const uint64_t sequence = NextSequence();
  message.sequence = sequence;
  bytes_ += SizeOf(message);
  by_subject_[message.subject].push_back(sequence);
  by_sequence_.emplace_hint(
      by_sequence_.end(), sequence,
      std::make_shared<const transport::StoredMessage>(std::move(message)));
  return sequence;
}

uint64_t MessageStore::Skip() {
  const uint64_t sequence = NextSequence();
  MoveFirst();
  return sequence;
}

StoredPtr MessageStore::Find(uint64_t sequence) const {
  const auto found = by_sequence_.find(sequence);
  return found == by_sequence_.end() ? nullptr : found->second;
}

StoredPtr MessageStore::Next(uint64_t from,
                             std::span<const std::string> filters) const {
  if (filters.size() == 1 && IsLiteral(filters[0])) {
    const auto found = by_subject_.find(filters[0]);
    if (found == by_subject_.end()) return nullptr;
    const std::deque<uint64_t>& sequences = found->second;
    const auto next =
        std::lower_bound(sequences.begin(), sequences.end(), from);
    return next == sequences.end() ? nullptr : Find(*next);
  }
  for (auto it = by_sequence_.lower_bound(from); it != by_sequence_.end();
       ++it) {
    if (MatchesAny(filters, it->second->subject)) return it->second;
  }
  return nullptr;
}

StoredPtr MessageStore::Last(std::span<const std::string> filters) const {
  uint64_t last = 0;
  for (const auto& [subject, sequences] : by_subject_) {
    if (sequences.back() > last && MatchesAny(filters, subject)) {
      last = sequences.back();
    }
  }
  return Find(last);
}

uint64_t MessageStore::Count(uint64_t from,
                             std::span<const std::string> filters) const {
  if (from <= first_ && filters.empty()) return messages();
  uint64_t count = 0;
  for (const auto& [subject, sequences] : by_subject_) {
    if (MatchesAny(filters, subject)) count += CountFrom(sequences, from);
  }
  return count;
}

bool MessageStore::Erase(uint64_t sequence) {
  const auto found = by_sequence_.find(sequence);
  if (found == by_sequence_.end()) return false;
  const transport::StoredMessage& message = *found->second;
  bytes_ -= SizeOf(message);
  const auto subject = by_subject_.find(message.subject);
  std::deque<uint64_t>& sequences = subject->second;
  sequences.erase(
      std::lower_bound(sequences.begin(), sequences.end(), sequence));
  if (sequences.empty()) by_subject_.erase(subject);
  by_sequence_.erase(found);
  MoveFirst();
  return true;
}

void MessageStore::Compact(uint64_t first) {
  while (!by_sequence_.empty() && by_sequence_.begin()->first < first) {
    Erase(by_sequence_.begin()->first);
  }
  if (first > last_ + 1) last_ = first - 1;
  MoveFirst();
}

void MessageStore::MoveFirst() {
  first_ = by_sequence_.empty() ? last_ + 1 : by_sequence_.begin()->first;
}

}  // namespace walnats::testing::model
