#pragma once

// The sixth of the oracle: in a process that has paused an actor nothing of it
// starts until somebody resumes it, or the pause is over.

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "tests/simulation/delivery_book.h"

namespace walnats::simulation {

class PauseBook {
 public:
  // Stream and actor.
  using Name = std::pair<std::string, std::string>;

  // `violations` is appended to and outlives it.
  explicit PauseBook(std::vector<std::string>& violations)
      : violations_(violations) {}

  // Somebody begins to pause it; from then on it may be paused.
  void OnPause(uint64_t client, const Name& actor);
  // That has succeeded, or not.
  void OnPaused(uint64_t client, const Name& actor, absl::Time now,
                absl::Time until, bool ok);
  // Somebody begins to resume it, or it loses its pause in another way.
  void OnResume(const Name& actor);
  // That has succeeded.
  void OnResumed(const Name& actor);

  void OnCall(const CallId& call, absl::Time now);

  // To be resumed before all can be settled.
  const std::set<Name>& maybe() const { return maybe_; }
  int pauses() const { return pauses_; }

 private:
  std::vector<std::string>& violations_;
  std::set<Name> maybe_;
  std::set<std::pair<uint64_t, Name>> begun_;  // and not resumed since
  // By client: since when, and until when.
  std::map<std::pair<uint64_t, Name>, std::pair<absl::Time, absl::Time>>
      paused_;
  int pauses_ = 0;
};

}  // namespace walnats::simulation
