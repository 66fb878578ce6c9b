#pragma once

// The message ids that a stream has seen lately, whatever became of the
// messages.

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace walnats::testing::model {

class DuplicateWindow {
 public:
  // The sequence of the message that came with it; nullopt if it is new.
  std::optional<uint64_t> Find(std::string_view id) const;
  void Add(std::string_view id, uint64_t sequence, absl::Time now);

  // Forgets what is older than `window`.
  void Expire(absl::Time now, absl::Duration window);
  // When it will have something to forget.
  absl::Time next(absl::Duration window) const;

  void Clear();

 private:
  struct Seen {
    std::string id;
    absl::Time time;
  };
  std::map<std::string, uint64_t, std::less<>> sequences_;
  std::deque<Seen> by_time_;
};

}  // namespace walnats::testing::model
