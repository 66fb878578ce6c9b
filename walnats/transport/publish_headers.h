#pragma once

// The headers of an acked publish: the caller's, then those by which the
// server deduplicates and checks, in memory that the next publish uses again.

#include <charconv>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "walnats/transport/publish.h"

namespace walnats::transport {

class PublishHeaders {
 public:
  // Valid until the next call.
  std::span<const Header> Build(const Outgoing& message, const Expect& expect);

 private:
  struct Number {
    char digits[20];
  };
  void Add(std::string_view name, std::string_view value);
  void Add(std::string_view name, uint64_t value, Number& memory);

  std::vector<Header> headers_;
  Number last_sequence_;
  Number subject_last_sequence_;
};

// What the server counts against its max_payload: headers and body.
int64_t PayloadSize(std::span<const Header> headers, std::string_view body);

}  // namespace walnats::transport
