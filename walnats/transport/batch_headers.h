#pragma once

// The headers of an atomic batch's messages. Source: ADR-50.

#include <cstddef>
#include <string>
#include <vector>

#include "walnats/event/headers.h"
#include "walnats/transport/publish.h"
#include "walnats/transport/publish_headers.h"

namespace walnats::transport {

inline constexpr std::size_t kMostInABatch = 1000;

// One message after the other, in memory that is used again.
class BatchHeaders {
 public:
  // `id` is unique among all clients, at most 64 characters.
  BatchHeaders(std::string id, std::size_t count);

  // `message` with its own headers, those of `expect`, and the batch's;
  // `number` counts from 1, and the last commits. Valid until the next call.
  Outgoing Build(Outgoing message, const Expect& expect, std::size_t number);

 private:
  const std::string id_;
  const std::size_t count_;
  std::string number_;
  PublishHeaders publish_;
  std::vector<Header> headers_;
};

}  // namespace walnats::transport
