#pragma once

// `walnats server`: the server at the other end, and what the account may use.

#include <string_view>

#include "walnats/cli/output.h"
#include "walnats/cli/session.h"

namespace walnats::cli {

Task<absl::Status> ShowServer(Session& session, const Output& output);

}  // namespace walnats::cli
