// A service that the end-to-end tests run in processes of its own:
//
//   end_to_end_worker LOG HANDLER WORK_US ACK_WAIT_MS
//
// Its actor works WORK_US on every message and then appends the line
// "<sequence> <pid> <attempt>" to LOG. HANDLER is plain; coroutine; stuck:
// plain, and it never returns; poison: plain, and what can be divided by 1,000
// can never be handled; mended: plain, and nothing can be handled before it was
// redriven; or inbox: a coroutine that writes its line as a step of an inbox,
// one message at a time. It prints "ready" when everything runs. With HANDLER
// redrive it has no actor: it redrives all dead letters and ends.
//
// $KILL_AT names a step (walnats/base/steps.h) at which it dies, as by kill -9.

#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tests/integration/work.h"
#include "walnats/base/steps.h"
#include "walnats/dead_letters.h"
#include "walnats/inbox.h"
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

Actor PoisonedWorker(int log, walnats::ActorOptions options) {
  return Actor(
      kWorker, kWork,
      [log](const Number& number, const Context& context) {
        if (number.value() % 1000 != 0) return Append(log, context);
        return absl::InvalidArgumentError("poison");
      },
      options);
}

Actor MendedWorker(int log, walnats::ActorOptions options) {
  return Actor(
      kWorker, kWork,
      [log](const Number&, const Context& context) {
        if (context.generation() > 0) return Append(log, context);
        return absl::InvalidArgumentError("not mended yet");
      },
      options);
}

walnats::Producer Redriver(walnats::Services& services) {
  return walnats::Producer(
      "redriver", {},
      [&services](walnats::Client client) -> walnats::Task<absl::Status> {
        const walnats::DeadLetters letters(client);
        const walnats::DeadLetterFilter all;
        const walnats::RedriveOptions options{.by = "test"};
        const auto result = co_await letters.Redrive(all, options);
        if (result.ok()) services.Stop();
        co_return result.status();
      });
}

walnats::Task<absl::StatusOr<std::string>> AppendStep(int log,
                                                      const Context& context) {
  absl::Status appended = Append(log, context);
  if (!appended.ok()) co_return appended;
  co_return "";
}

Actor InboxWorker(const walnats::Client& client, int log,
                  walnats::ActorOptions options) {
  const walnats::Inbox inbox(walnats::KvInbox(client, "work-inbox"));
  options.max_jobs = 1;
  return inbox.Wrap(Actor(
      kWorker, kWork,
      [inbox, log](const Number&,
                   const Context& context) -> walnats::Task<absl::Status> {
        auto append = [&] { return AppendStep(log, context); };
        co_return (co_await inbox.Once(context, "append", append)).status();
      },
      options));
}

Actor MakeWorker(const walnats::Client& client, std::string_view handler,
                 int log, absl::Duration work,
                 const walnats::ActorOptions& options) {
  if (handler == "plain") return PlainWorker(log, work, options);
  if (handler == "stuck") return StuckWorker(log, options);
  if (handler == "poison") return PoisonedWorker(log, options);
  if (handler == "mended") return MendedWorker(log, options);
  if (handler == "inbox") return InboxWorker(client, log, options);
  return CoroutineWorker(log, work, options);
}

void DieAtStep(std::string_view step) {
  if (step == std::getenv("KILL_AT")) kill(getpid(), SIGKILL);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  const int log = open(argv[1], O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC,
                       S_IRUSR | S_IWUSR);
  if (log < 0) return 2;
  if (std::getenv("KILL_AT") != nullptr) walnats::SetStepHook(DieAtStep);
  const absl::Duration work = absl::Microseconds(std::atoi(argv[3]));
  const walnats::ActorOptions options{
      .ack_wait = absl::Milliseconds(std::atoi(argv[4]))};
  walnats::Services services;
  if (argv[2] == std::string_view("redrive")) {
    services.Add({.name = "redriver", .producers = {Redriver(services)}});
  } else {
    services.Add({.name = "work",
                  .actors = {MakeWorker(services.client(), argv[2], log, work,
                                        options)}});
  }
  services.OnReady([] {
    std::puts("ready");
    std::fflush(stdout);
  });
  return walnats::RunMain(services);
}
