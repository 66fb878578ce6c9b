#pragma once

// What happens in a world, as one number and, if somebody reads them, as lines.
// Two runs of one seed have the same number.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/time/time.h"
#include "walnats/base/strings.h"

namespace walnats::simulation {

class Trace {
 public:
  using Reader = std::function<void(std::string line)>;

  // `reader` may be empty.
  explicit Trace(Reader reader) : reader_(std::move(reader)) {}

  // The parts are hashed one by one, and joined only for lines.
  template <class... Parts>
  void Add(absl::Duration at, const Parts&... parts) {
    Hash(static_cast<uint64_t>(absl::ToInt64Nanoseconds(at)));
    (Hash(parts), ...);
    if (reader_) reader_(Cat(absl::FormatDuration(at), "  ", parts...));
  }

  uint64_t hash() const { return hash_; }

 private:
  // FNV-1a, by words.
  void Hash(uint64_t number) { hash_ = (hash_ ^ number) * 0x100000001b3; }
  void Hash(std::string_view text);

  const Reader reader_;
  uint64_t hash_ = 0xcbf29ce484222325;
};

}  // namespace walnats::simulation
