#pragma once

// `walnats actors`: how far behind every actor is, and why.

#include <string>

#include "absl/time/time.h"
#include "walnats/cli/output.h"
#include "walnats/cli/session.h"

namespace walnats::cli {

struct ActorsOptions {
  std::string event = {};  // empty: all
};

Task<absl::Status> ListActors(Session& session, const Output& output,
                              const ActorsOptions& options);

struct PauseOptions {
  std::string event;
  std::string actor;
  absl::Duration duration = absl::InfiniteDuration();
};

// Pausing one that is paused moves its end.
Task<absl::Status> PauseActor(Session& session, const Output& output,
                              const PauseOptions& options);
Task<absl::Status> ResumeActor(Session& session, const Output& output,
                               const PauseOptions& options);

}  // namespace walnats::cli
