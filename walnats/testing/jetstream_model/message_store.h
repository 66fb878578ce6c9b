#pragma once

// The messages of one stream: a log with holes. A container only; limits and
// retention are the stream's.

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "walnats/limits.h"
#include "walnats/testing/jetstream_model/actions.h"

namespace walnats::testing::model {

class MessageStore {
 public:
  explicit MessageStore(Storage storage = Storage::kFile) : storage_(storage) {}

  // Its sequence is set here: last() + 1. Returns it.
  uint64_t Append(transport::StoredMessage message);
  // As if a message had been appended and erased. Returns its sequence.
  uint64_t Skip();

  // nullptr if it was never stored or is gone.
  StoredPtr Find(uint64_t sequence) const;
  // The first at or after `from`, and the last, that any of `filters` matches
  // (none: all). nullptr if there is none.
  StoredPtr Next(uint64_t from, std::span<const std::string> filters) const;
  StoredPtr Last(std::span<const std::string> filters) const;
  // How many there are at or after `from`.
  uint64_t Count(uint64_t from, std::span<const std::string> filters) const;

  // False if it is not there. last() stays; first() moves past what is gone.
  bool Erase(uint64_t sequence);
  // As if everything below had been erased, also what was not stored yet.
  void Compact(uint64_t first);

  // As StreamInfo: an empty store has first() == last() + 1, a new one 0
  // (1 from the first Append on) and 0.
  uint64_t first() const { return first_; }
  uint64_t last() const { return last_; }
  uint64_t messages() const { return by_sequence_.size(); }
  uint64_t bytes() const { return bytes_; }

  const std::map<uint64_t, StoredPtr>& all() const { return by_sequence_; }

  // Every subject that has messages, and their sequences, sorted.
  using Subjects = std::map<std::string, std::deque<uint64_t>, std::less<>>;
  const Subjects& subjects() const { return by_subject_; }

  // What a message counts against max_bytes, as files or memory count it.
  uint64_t SizeOf(const transport::StoredMessage& message) const;

 private:
  uint64_t NextSequence();
  void MoveFirst();

  const Storage storage_;
  std::map<uint64_t, StoredPtr> by_sequence_;
  Subjects by_subject_;
  uint64_t first_ = 0;
  uint64_t last_ = 0;
  uint64_t bytes_ = 0;
};

}  // namespace walnats::testing::model
