// A service that the end-to-end tests run in processes of its own:
//
//   end_to_end_worker LOG HANDLER WORK_US ACK_WAIT_MS
//
// Its actor works WORK_US on every message and then appends the line
// "<sequence> <pid> <attempt>" to LOG. HANDLER is plain, coroutine, or stuck:
// plain, and it never returns. It prints "ready" when everything runs.

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tests/integration/work.h"
#include "walnats/main.h"

namespace {

using walnats::Actor;
using walnats::Context;
using walnats::testing::kWork;
using walnats::testing::kWorker;
using walnats::testing::Number;

// One write, so that lines of several processes do not mix.
absl::Status Append(int log, const Context& context) {
  const std::string line = absl::StrCat(context.sequence(), " ", getpid(), " ",
                                        context.attempt(), "\n");
  const ssize_t written = write(log, line.data(), line.size());
  if (written == static_cast<ssize_t>(line.size())) return absl::OkStatus();
  return absl::ErrnoToStatus(errno, "write the work log");
}

Actor PlainWorker(int log, absl::Duration work, walnats::ActorOptions options) {
  return Actor(
      kWorker, kWork,
      [log, work](const Number&, const Context& context) {
        if (work > absl::ZeroDuration()) absl::SleepFor(work);
        return Append(log, context);
      },
      options);
}

Actor CoroutineWorker(int log, absl::Duration work,
                      walnats::ActorOptions options) {
  return Actor(
      kWorker, kWork,
      [log, work](const Number&,
                  const Context& context) -> walnats::Task<absl::Status> {
        co_await context.clock().Sleep(work);
        co_return Append(log, context);
      },
      options);
}

Actor StuckWorker(int log, walnats::ActorOptions options) {
  return Actor(
      kWorker, kWork,
      [log](const Number&, const Context& context) {
        (void)Append(log, context);
        while (true) pause();
      },
      options);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  const int log = open(argv[1], O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC,
                       S_IRUSR | S_IWUSR);
  if (log < 0) return 2;
  const std::string_view handler = argv[2];
  const absl::Duration work = absl::Microseconds(std::atoi(argv[3]));
  const walnats::ActorOptions options{
      .ack_wait = absl::Milliseconds(std::atoi(argv[4]))};
  walnats::Services services;
  services.Add(
      {.name = "work",
       .actors = {handler == "plain"   ? PlainWorker(log, work, options)
                  : handler == "stuck" ? StuckWorker(log, options)
                                       : CoroutineWorker(log, work, options)}});
  services.OnReady([] {
    std::puts("ready");
    std::fflush(stdout);
  });
  return walnats::RunMain(services);
}
