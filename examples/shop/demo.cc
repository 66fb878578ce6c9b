// The whole shop in one process, on a nats-server of its own: 1,000 orders are
// placed, four actors in two services handle them, some at the second attempt,
// three never. It ends by itself.

#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <cstdio>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "billing.h"
#include "scoreboard.h"
#include "storefront.h"
#include "walnats/connect.h"
#include "walnats/dead_letters.h"
#include "walnats/log.h"
#include "walnats/services.h"
#include "walnats/v1/dead_letter.pb.h"
#include "warehouse.h"

namespace {

constexpr int64_t kOrders = 1000;

// Every order passes three actors, and every parcel one. (An order that cannot
// be charged is shipped all the same: a poor shop.)
constexpr int64_t kExpected = 4 * kOrders;

// A line for each message that an actor gave up, and why.
walnats::Task<std::vector<std::string>> ReadDeadLetters(
    walnats::Client client) {
  std::vector<std::string> lines;
  const walnats::DeadLetters letters(client);
  const walnats::DeadLetterFilter all;
  auto keep = [&lines](const walnats::DeadLetterEntry& entry) {
    const walnats::v1::DeadLetter& letter = *entry.letter;
    lines.push_back(letter.actor() + ", message " +
                    std::to_string(letter.sequence()) + " of " +
                    letter.event() + ": " + letter.error());
    return true;
  };
  const absl::Status read = co_await letters.Visit(all, keep);
  if (!read.ok()) lines.push_back(read.ToString());
  co_return lines;
}

// Draws until everything is settled, or it takes too long; then stops. Returns
// what has died.
std::vector<std::string> Watch(walnats::Services& services,
                               const shop::Scoreboard& scoreboard) {
  const absl::Time limit = absl::Now() + absl::Seconds(60);
  while (true) {
    const walnats::Health health = services.Health();
    scoreboard.DrawProgress(health);
    if (health.phase == walnats::Phase::kStopped) return {};
    if (scoreboard.Done(health) || absl::Now() > limit) break;
    absl::SleepFor(absl::Milliseconds(50));
  }
  std::future<std::vector<std::string>> dead = boost::asio::co_spawn(
      services.client().executor(), ReadDeadLetters(services.client()),
      boost::asio::use_future);
  const bool read = dead.wait_for(absl::ToChronoSeconds(absl::Seconds(10))) ==
                    std::future_status::ready;
  services.Stop();
  if (!read) return {"not read"};
  return dead.get();
}

}  // namespace

int main() {
  walnats::Services services;
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
  std::vector<std::string> dead;
  std::thread watcher([&] { dead = Watch(services, scoreboard); });
  const auto nats = walnats::Connect({});
  const absl::Status status = services.Run(*nats);
  watcher.join();
  if (!status.ok()) {
    std::fprintf(stderr, "%s\n", status.ToString().c_str());
    return 1;
  }
  std::printf("\ndead letters:\n");
  for (const std::string& line : dead) std::printf("  %s\n", line.c_str());
  std::printf("\n");
  return scoreboard.PrintResult(services.Health()) ? 0 : 1;
}
