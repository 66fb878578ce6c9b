#pragma once

// Asks before what cannot be undone.

#include <string>

#include "absl/status/status.h"
#include "walnats/task.h"

namespace walnats::cli {

// OK after "y" or "yes" on the terminal, kCancelled after anything else. Where
// stdin is no terminal nobody can be asked: kInvalidArgument, which names
// --yes. The connection's thread goes on meanwhile.
Task<absl::Status> Confirm(std::string question);

}  // namespace walnats::cli
