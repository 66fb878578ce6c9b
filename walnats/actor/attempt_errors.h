#pragma once

// Why the earlier attempts at messages failed, as this process has seen it, for
// their dead letters. Bounded: the oldest messages are forgotten first.

#include <cstdint>
#include <list>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/time/time.h"

namespace walnats::internal {

struct FailedAttempt {
  int64_t attempt = 0;
  absl::Time at;
  absl::StatusCode code = absl::StatusCode::kUnknown;
  std::string error;  // its first 200 bytes
};

class AttemptErrors {
 public:
  // A message.
  struct Key {
    uint64_t sequence = 0;
    int generation = 0;
    absl::Time stream_created = absl::UnixEpoch();

    bool operator==(const Key&) const = default;
    template <class H>
    friend H AbslHashValue(H hash, const Key& key) {
      return H::combine(std::move(hash), key.sequence, key.generation,
                        key.stream_created);
    }
  };

  static constexpr size_t kMessages = 1000;
  static constexpr size_t kAttempts = 10;  // per message: first and last ones

  void Add(const Key& message, int64_t attempt, absl::Time at,
           const absl::Status& status);

  // Empty if none is known.
  std::vector<FailedAttempt> Of(const Key& message) const;
  // The number of the last; 0 if none is known.
  int64_t Last(const Key& message) const;

  // As Of, and forgets them.
  std::vector<FailedAttempt> Take(const Key& message);

  // The message was handled after all.
  void Forget(const Key& message) {
    if (!failed_.empty()) failed_.erase(message);
  }

 private:
  absl::flat_hash_map<Key, std::vector<FailedAttempt>> failed_;
  std::list<Key> order_;  // of their first failures; some may be gone
};

}  // namespace walnats::internal
