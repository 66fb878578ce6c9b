#pragma once

// Messages as a stream holds them, and how they are read and removed.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace walnats::transport {

struct PurgeOptions {
  std::string filter = {};             // empty: every subject
  std::optional<uint64_t> up_to = {};  // sequences below; not with `keep`
  std::optional<uint64_t> keep = {};   // the newest so many
};

// A message read from a stream: one of `sequence`, `last_by_subject`, or
// `next_by_subject` at or after `from`.
struct GetOptions {
  uint64_t sequence = 0;
  std::string last_by_subject = {};
  std::string next_by_subject = {};
  uint64_t from = 1;
};

struct StoredHeader {
  std::string name;
  std::string value;
};

struct StoredMessage {
  std::string subject;
  uint64_t sequence = 0;
  absl::Time time;
  std::vector<StoredHeader> headers;
  std::string body;
};

// The newest message of every subject, up to a sequence.
struct GetManyOptions {
  std::vector<std::string> subjects;
  std::optional<uint64_t> up_to = {};
};

}  // namespace walnats::transport
