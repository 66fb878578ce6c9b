#pragma once

// Puts act and object in front of a Status's message, and keeps its code and
// its ServerCode.

#include <string_view>

#include "absl/status/status.h"

namespace walnats::nats {

// "<act>: <message>"; OK stays OK.
absl::Status Annotate(const absl::Status& status, std::string_view act);

}  // namespace walnats::nats
