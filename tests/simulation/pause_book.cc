#include "tests/simulation/pause_book.h"

#include <algorithm>

#include "walnats/base/strings.h"

namespace walnats::simulation {

void PauseBook::OnPause(uint64_t client, const Name& actor) {
  maybe_.insert(actor);
  begun_.insert({client, actor});
}

void PauseBook::OnPaused(uint64_t client, const Name& actor, absl::Time now,
                         absl::Time until, bool ok) {
  maybe_.insert(actor);
  const bool last = begun_.erase({client, actor}) > 0;
  if (!ok) return;
  ++pauses_;
  // Of a pause and a resume at the same time nobody knows which was first.
  if (last) paused_[{client, actor}] = {now, until};
}

void PauseBook::OnResume(const Name& actor) {
  const auto of_actor = [&](const auto& one) { return one.second == actor; };
  std::erase_if(begun_, of_actor);
  std::erase_if(paused_, [&](const auto& one) { return of_actor(one.first); });
}

void PauseBook::OnResumed(const Name& actor) {
  const bool again = std::ranges::any_of(
      begun_, [&](const auto& one) { return one.second == actor; });
  if (!again) maybe_.erase(actor);
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
