#pragma once

// A stored message as the entry of a bucket that it is.

#include <optional>
#include <string_view>

#include "walnats/kv.h"
#include "walnats/transport/stored.h"

namespace walnats::internal {

// The first value of a header, names compared exactly.
std::optional<std::string_view> FindHeader(
    const transport::StoredMessage& message, std::string_view name);

// Markers of the server's own count as what they stand for.
KvOperation OperationOf(const transport::StoredMessage& message);

KvEntry EntryOf(std::string_view bucket, transport::StoredMessage message);

}  // namespace walnats::internal
