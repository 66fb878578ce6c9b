#pragma once

// The sixth of the oracle: in a process that has paused an actor nothing of it
// starts until somebody resumes it, or the pause is over. The newest pause of
// all processes counts; of those at the same time nobody knows which it is, so
// the shortest does here.

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
  void OnPause(uint64_t client, const Name& actor, absl::Time until);
  // That has succeeded, or not: then it may still come to pass.
  void OnPaused(uint64_t client, const Name& actor, absl::Time now,
                absl::Time until, bool ok);
  // Somebody begins to resume it.
  void OnResume(const Name& actor);
  // That has succeeded.
  void OnResumed(const Name& actor);
  // It loses its pause in another way.
  void OnLost(const Name& actor);

  void OnCall(const CallId& call, absl::Time now);

  // To be resumed before all can be settled.
  const std::set<Name>& maybe() const { return maybe_; }
  int pauses() const { return pauses_; }

 private:
  struct Pause {
    absl::Time since;
    absl::Time until;
  };
  using Key = std::pair<uint64_t, Name>;  // client, actor

  // Somebody begins to change it: until then, or to InfinitePast.
  void Begin(const Name& actor, absl::Time until);
  void End(const Name& actor, absl::Time until);

  std::vector<std::string>& violations_;
  std::set<Name> maybe_;
  // Until when, of what has begun.
  std::map<Name, std::multiset<absl::Time>> changing_;
  std::map<Key, absl::Time> begun_;  // until when; and not resumed since
  std::map<Key, Pause> paused_;
  int pauses_ = 0;
};

}  // namespace walnats::simulation
