#pragma once

// `walnats streams`: every stream, how full it is, and whose it is.

#include "walnats/cli/output.h"
#include "walnats/cli/session.h"

namespace walnats::cli {

Task<absl::Status> ListStreams(Session& session, const Output& output);

}  // namespace walnats::cli
