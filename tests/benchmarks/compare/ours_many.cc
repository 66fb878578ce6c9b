#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "tests/benchmarks/compare/allocations.h"
#include "tests/benchmarks/compare/ours.h"
#include "tests/benchmarks/compare/running.h"
#include "tests/benchmarks/compare/stopwatch.h"
#include "walnats/testing/real_server.h"

namespace walnats::benchmarks {
namespace {

using testing::RealServer;

// Actors that have nothing to do, `each` for every one of `events` events.
Service Actors(int events, int each) {
  Service service{.name = "many"};
  for (int event = 0; event < events; ++event) {
    const auto declared =
        Event<Reading>::Create(absl::StrFormat("many.event-%04d", event));
    service.emits.push_back(*declared);
    for (int actor = 0; actor < each; ++actor) {
      service.actors.emplace_back(absl::StrFormat("actor-%04d", actor),
                                  *declared, [](const Reading&) {});
    }
  }
  return service;
}

}  // namespace

Service ManyActors() { return Actors(kManyActors, 1); }

absl::StatusOr<Measured> MeasureIdle(const Setting& original) {
  constexpr int kEvents = 10;
  constexpr int kEach = 1000;
  // Its many files are not what is measured, and take long to remove.
  if (access("/dev/shm", W_OK) == 0) setenv("TMPDIR", "/dev/shm", 1);
  const auto server = RealServer::Start({.binary = original.server});
  if (!server.ok()) return server.status();
  Setting setting = original;
  setting.server_pid = (*server)->pid();
  const int64_t before = AllocatedBytes();
  Running running((*server)->url(), Actors(kEvents, kEach));
  if (absl::Status ready = running.Ready(); !ready.ok()) return ready;
  // The last pulls are still being asked for.
  absl::SleepFor(absl::Seconds(1));
  const Stopwatch watch(setting);
  absl::SleepFor(absl::Seconds(std::max(15.0, setting.seconds)));
  Measured measured = watch.Stop(0);
  measured.messages = kUnknown;
  // Run has one of its own here; programs give it the main thread.
  measured.threads -= 1;
  measured.bytes_each =
      static_cast<double>(AllocatedBytes() - before) / (kEvents * kEach);
  return measured;
}

absl::StatusOr<Measured> MeasureRegister(const Setting& original) {
  const auto server = RealServer::Start({.binary = original.server});
  if (!server.ok()) return server.status();
  Setting setting = original;
  setting.server_pid = (*server)->pid();
  Service service = ManyActors();
  const Stopwatch watch(setting);
  Running running((*server)->url(), std::move(service));
  if (absl::Status ready = running.Ready(); !ready.ok()) return ready;
  return watch.Stop(int64_t{2} * kManyActors);
}

}  // namespace walnats::benchmarks
