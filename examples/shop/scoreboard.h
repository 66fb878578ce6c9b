#pragma once

// What the demo shows: a progress bar while it runs, a table at the end.

#include <cstdint>

#include "walnats/health.h"

namespace shop {

class Scoreboard {
 public:
  // `expected`: how many messages all actors together will have settled.
  explicit Scoreboard(int64_t expected) : expected_(expected) {}

  // As many are handled or dead.
  bool Done(const walnats::Health& health) const;

  // On a terminal: one line, drawn over the last.
  void DrawProgress(const walnats::Health& health) const;

  // The table and the summary. Whether the counts add up.
  bool PrintResult(const walnats::Health& health) const;

 private:
  const int64_t expected_;
};

}  // namespace shop
