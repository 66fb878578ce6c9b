#include "tests/simulation/pause_book.h"

#include <algorithm>

#include "walnats/base/strings.h"

namespace walnats::simulation {

void PauseBook::Begin(const Name& actor, absl::Time until) {
  changing_[actor].insert(until);
  for (auto& [key, known] : begun_) {
    if (key.second == actor) known = std::min(known, until);
  }
  for (auto& [key, pause] : paused_) {
    if (key.second == actor) pause.until = std::min(pause.until, until);
  }
}

void PauseBook::End(const Name& actor, absl::Time until) {
  std::multiset<absl::Time>& changes = changing_[actor];
  changes.erase(changes.find(until));
}

void PauseBook::OnPause(uint64_t client, const Name& actor, absl::Time until) {
  maybe_.insert(actor);
  Begin(actor, until);
  begun_[{client, actor}] = *changing_[actor].begin();
}

void PauseBook::OnPaused(uint64_t client, const Name& actor, absl::Time now,
                         absl::Time until, bool ok) {
  maybe_.insert(actor);
  const auto begun = begun_.extract({client, actor});
  if (!ok) return;
  ++pauses_;
  End(actor, until);
  if (begun) paused_[{client, actor}] = {now, begun.mapped()};
}

void PauseBook::OnResume(const Name& actor) {
  Begin(actor, absl::InfinitePast());
  OnLost(actor);
}

void PauseBook::OnResumed(const Name& actor) {
  End(actor, absl::InfinitePast());
  const bool again = std::ranges::any_of(
      begun_, [&](const auto& one) { return one.first.second == actor; });
  if (!again) maybe_.erase(actor);
}

void PauseBook::OnLost(const Name& actor) {
  const auto of_actor = [&](const auto& one) {
    return one.first.second == actor;
  };
  std::erase_if(begun_, of_actor);
  std::erase_if(paused_, of_actor);
}

void PauseBook::OnCall(const CallId& call, absl::Time now) {
  const Name actor(call.stream, call.actor);
  const auto paused = paused_.find({call.client, actor});
  if (paused == paused_.end()) return;
  // What was started before may call its handler in a later turn.
  const auto& [since, until] = paused->second;
  if (now <= since || now >= until) return;
  violations_.push_back(Cat(
      "actor ", call.stream, "/", call.actor, ", message ", call.sequence,
      ": client ", call.client, " handles it, though it has paused the actor"));
}

}  // namespace walnats::simulation
