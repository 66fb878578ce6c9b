#pragma once

// What a stream is to us.

#include <string>
#include <string_view>

#include "walnats/transport/config.h"

namespace walnats::cli {

enum class StreamKind {
  kEvent,    // of an event, whichever framework has made it
  kBucket,   // keys and values
  kOwn,      // dead letters, redrives
  kForeign,  // somebody else's
};

StreamKind KindOf(const transport::StreamConfig& config);

// "event", "bucket", "walnats", "foreign".
std::string_view NameOf(StreamKind kind);

// "shop.order-placed" -> "shop-order-placed".
std::string StreamOf(std::string_view event);

}  // namespace walnats::cli
