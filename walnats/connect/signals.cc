#include "walnats/connect/signals.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <optional>
#include <utility>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace walnats::connect {
namespace {

constexpr absl::Duration kSameSignal = absl::Milliseconds(200);

sigset_t StopSet() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

}  // namespace

StopSignals::StopSignals(std::function<void()> first)
    : first_(std::move(first)) {
  const sigset_t set = StopSet();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  signals_ = signalfd(-1, &set, SFD_CLOEXEC);
  ended_ = eventfd(0, EFD_CLOEXEC);
  thread_ = std::thread([this] { Wait(); });
}

StopSignals::~StopSignals() {
  eventfd_write(ended_, 1);
  thread_.join();
  close(signals_);
  close(ended_);
  const sigset_t set = StopSet();
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

void StopSignals::Wait() {
  std::optional<absl::Time> stopping_at;
  while (true) {
    std::array<pollfd, 2> waits = {pollfd{signals_, POLLIN, 0},
                                   pollfd{ended_, POLLIN, 0}};
    if (poll(waits.data(), waits.size(), -1) < 0) continue;
    if (waits[1].revents != 0) return;
    signalfd_siginfo signal;
    if (read(signals_, &signal, sizeof(signal)) != sizeof(signal)) continue;
    const absl::Time now = absl::Now();
    if (stopping_at.has_value()) {
      // Tools such as timeout(1) send the same signal twice in a row.
      if (now - *stopping_at < kSameSignal) continue;
      // As the shell reports a process that the signal has killed.
      _exit(128 + static_cast<int>(signal.ssi_signo));
    }
    stopping_at = now;
    first_();
  }
}

}  // namespace walnats::connect
