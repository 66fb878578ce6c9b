#pragma once

// Which stored message a delivery is an attempt at: its own, or, of a redriven
// one, the message that died.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "walnats/event/headers.h"
#include "walnats/transport/delivery.h"

namespace walnats::internal {

struct Origin {
  std::string_view subject;  // views into the delivery's message
  std::string_view stream;   //
  uint64_t sequence = 0;
  absl::Time time;            // when it was stored
  absl::Time stream_created;  // with `stream`, the incarnation
  int generation = 0;         // redrives
  uint64_t letter = 0;        // its number in "walnats-dead"; 0: not redriven
};

// Of a delivery of an event's own stream, which was made at `stream_created`.
Origin OwnOrigin(const transport::Delivery& delivery,
                 absl::Time stream_created);

// Of a redriven message, by its headers; nullopt if they are not ours.
std::optional<Origin> RedrivenOrigin(const transport::Message& message);

// The headers by which a redriven message names its origin, in memory of their
// own. Names begin with "Walnats-Origin-".
class OriginHeaders {
 public:
  explicit OriginHeaders(const Origin& origin);
  const std::vector<Header>& headers() const { return headers_; }

 private:
  void Add(std::string_view name, std::string value);
  std::vector<std::string> values_;
  std::vector<Header> headers_;
};

// Whether a redriven message has this header from its redrive, not from the
// message that died.
bool IsOriginHeader(std::string_view name);

}  // namespace walnats::internal
