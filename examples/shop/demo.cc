// The whole shop in one process, on a nats-server of its own: 1,000 orders are
// placed, four actors in two services handle them, some at the second attempt,
// three never. It ends by itself.

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <string>
#include <thread>

#include "absl/time/clock.h"
#include "billing.h"
#include "scoreboard.h"
#include "storefront.h"
#include "walnats/connect.h"
#include "walnats/log.h"
#include "walnats/services.h"
#include "warehouse.h"

namespace {

constexpr int64_t kOrders = 1000;

// Every order passes three actors, and every parcel one. (An order that cannot
// be charged is shipped all the same: a poor shop.)
constexpr int64_t kExpected = 4 * kOrders;

// Draws until everything is settled, or it takes too long; then stops.
void Watch(walnats::Services& services, const shop::Scoreboard& scoreboard) {
  const absl::Time limit = absl::Now() + absl::Seconds(60);
  while (true) {
    const walnats::Health health = services.Health();
    scoreboard.DrawProgress(health);
    const bool over = health.phase == walnats::Phase::kStopped;
    if (over || scoreboard.Done(health) || absl::Now() > limit) break;
    absl::SleepFor(absl::Milliseconds(50));
  }
  services.Stop();
}

}  // namespace

int main() {
  const std::string dead_file =
      std::filesystem::temp_directory_path() / "walnats-shop-dead.jsonl";
  std::filesystem::remove(dead_file);
  walnats::Services services({.dead_file = dead_file});
  services.Add(shop::Storefront(kOrders));
  services.Add(shop::Warehouse());
  services.Add(shop::Billing());

  // Above the progress bar, not into it.
  walnats::SetLogSink([](const walnats::LogEntry& entry) {
    const char* clear = isatty(STDERR_FILENO) ? "\r\033[K" : "";
    const std::string message(entry.message);
    std::fprintf(stderr, "%s%s\n", clear, message.c_str());
  });

  const shop::Scoreboard scoreboard(kExpected);
  std::thread watcher([&] { Watch(services, scoreboard); });
  const auto nats = walnats::Connect({});
  const absl::Status status = services.Run(*nats);
  watcher.join();
  if (!status.ok()) {
    std::fprintf(stderr, "%s\n", status.ToString().c_str());
    return 1;
  }
  std::printf("\ndead messages: %s\n", dead_file.c_str());
  return scoreboard.PrintResult(services.Health()) ? 0 : 1;
}
