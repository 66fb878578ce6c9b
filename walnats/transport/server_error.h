#pragma once

// What a server's refusal means for the caller.

#include <string_view>

#include "absl/status/status.h"

namespace walnats::transport {

// The Status for a server's error: not found codes -> kNotFound, wrong
// sequence 10071 and 10164 (or last message id, 10070) -> kAborted, full
// (10047, 10077, 10023, 10028, 10167 ...) -> kResourceExhausted, 503 and what
// else passes by itself -> kUnavailable, else kFailedPrecondition. Never one of
// the codes that make a message dead.
absl::Status ServerError(int http_code, int server_code,
                         std::string_view description);

}  // namespace walnats::transport
