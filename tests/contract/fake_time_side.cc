#include "tests/contract/fake_time_side.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>

#include "walnats/runtime/spawn.h"

namespace walnats::contract {
namespace {

// Of virtual time; the longest time-out of nats/ is a tenth of it.
constexpr absl::Duration kTaskLimit = absl::Minutes(1);

Task<absl::Status> Rethrowing(Task<void> task) {
  co_await std::move(task);
  co_return absl::OkStatus();
}

}  // namespace

void FakeTimeSide::Run(Task<void> task) {
  bool done = false;
  absl::Status status;
  Spawn(clock_.executor(), Rethrowing(std::move(task)),
        [&](absl::Status result) {
          done = true;
          status = std::move(result);
        });
  if (!Until([&] { return done; }, kTaskLimit) || !status.ok()) {
    // The coroutine refers to the caller's frame, so it cannot be left behind.
    std::fprintf(stderr, "Run: %s\n",
                 done ? status.ToString().c_str()
                      : "the task has not ended within a minute of fake time");
    std::abort();
  }
}

bool FakeTimeSide::Until(absl::FunctionRef<bool()> condition,
                         absl::Duration limit) {
  const absl::Time end = clock_.Now() + limit;
  clock_.Poll();
  while (!condition()) {
    const absl::Time next = std::max(clock_.next(), clock_.Now());
    if (next > end) {
      clock_.Advance(std::max(end - clock_.Now(), absl::ZeroDuration()));
      return condition();
    }
    clock_.Advance(next - clock_.Now());
  }
  return true;
}

}  // namespace walnats::contract
