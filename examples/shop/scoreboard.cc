#include "scoreboard.h"

#include <unistd.h>

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <string>

namespace shop {

namespace {

int64_t Settled(const walnats::Health& health) {
  int64_t settled = 0;
  for (const walnats::ActorHealth& actor : health.actors) {
    settled += actor.handled + actor.dead;
  }
  return settled;
}

int64_t Emitted(const walnats::Health& health, const std::string& event) {
  for (const walnats::EventHealth& one : health.events) {
    if (one.name == event) return one.emitted;
  }
  return 0;
}

}  // namespace

bool Scoreboard::Done(const walnats::Health& health) const {
  return Settled(health) >= expected_;
}

void Scoreboard::DrawProgress(const walnats::Health& health) const {
  if (!isatty(STDOUT_FILENO)) return;
  constexpr int kWidth = 40;
  const int64_t settled = std::min(Settled(health), expected_);
  const int filled = static_cast<int>(settled * kWidth / expected_);
  int64_t retried = 0;
  for (const walnats::ActorHealth& actor : health.actors) {
    retried += actor.retried;
  }
  std::printf("\r[%s%s] %" PRId64 "/%" PRId64 " settled, %" PRId64 " retried ",
              std::string(filled, '#').c_str(),
              std::string(kWidth - filled, '.').c_str(), settled, expected_,
              retried);
  std::fflush(stdout);
}

bool Scoreboard::PrintResult(const walnats::Health& health) const {
  int64_t emitted = 0, handled = 0, retried = 0, dead = 0, lost = 0;
  for (const walnats::EventHealth& event : health.events) {
    emitted += event.emitted;
  }
  bool adds_up = Settled(health) == expected_;
  if (isatty(STDOUT_FILENO)) std::printf("\n\n");
  std::printf("%-15s %-20s %8s %8s %8s %6s\n", "actor", "event", "emitted",
              "handled", "retried", "dead");
  for (const walnats::ActorHealth& actor : health.actors) {
    const int64_t due = Emitted(health, actor.event);
    std::printf("%-15s %-20s %8" PRId64 " %8" PRId64 " %8" PRId64 " %6" PRId64
                "\n",
                actor.name.c_str(), actor.event.c_str(), due, actor.handled,
                actor.retried, actor.dead);
    handled += actor.handled;
    retried += actor.retried;
    dead += actor.dead;
    const int64_t missing = due - actor.handled - actor.dead;
    lost += std::max<int64_t>(missing, 0);
    adds_up = adds_up && missing == 0;
  }
  std::printf("\nemitted=%" PRId64 " handled=%" PRId64 " retried=%" PRId64
              " dead=%" PRId64 " lost=%" PRId64 "\n",
              emitted, handled, retried, dead, lost);
  return adds_up;
}

}  // namespace shop
