#include "walnats/connect/warden.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <algorithm>
#include <limits>

#include "walnats/base/strings.h"

namespace walnats::connect {
namespace {

// A warden that does not answer by then is treated as dead.
constexpr absl::Duration kAnswerLimit = absl::Seconds(5);

std::vector<char*> Pointers(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (std::string& string : strings) pointers.push_back(string.data());
  pointers.push_back(nullptr);
  return pointers;
}

int ToMilliseconds(absl::Duration limit) {
  constexpr int64_t kMax = std::numeric_limits<int>::max();
  const int64_t rounded = absl::ToInt64Milliseconds(limit);
  return static_cast<int>(std::clamp<int64_t>(rounded, 0, kMax));
}

absl::Status ErrnoError(std::string_view act) {
  const int code = errno;
  return Error(absl::StatusCode::kInternal, act, ": ", strerror(code));
}

// With every signal blocked, so that no handler of the host program runs in
// the child before the child has reset them.
pid_t ForkWarden(const WardenPlan& plan) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t pid = _Fork();
  if (pid == 0) RunWarden(plan);
  const int code = errno;
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = code;
  return pid;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Warden>> Warden::Start(
    const WardenOptions& options) {
  std::unique_ptr<Warden> warden(new Warden());
  absl::Status forked = warden->Fork(options);
  if (!forked.ok()) return forked;
  const Deadline deadline(kAnswerLimit);
  while (warden->server_pid_ == 0 && !warden->ended_ &&
         warden->Receive(deadline)) {
  }
  return warden;
}

absl::Status Warden::Fork(const WardenOptions& options) {
  int sockets[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) != 0) {
    return ErrnoError("open a socket to the server's warden");
  }
  control_ = UniqueFd(sockets[0]);
  const UniqueFd theirs(sockets[1]);
  // glibc 2.36 declares pidfd_open without extern "C".
  const UniqueFd self(static_cast<int>(syscall(SYS_pidfd_open, getpid(), 0)));
  const UniqueFd log(open(options.log_path.c_str(),
                          O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (!log.ok()) return ErrnoError(Cat("open \"", options.log_path, "\""));

  std::vector<std::string> command = options.arguments;
  command.insert(command.begin(), options.binary);
  std::vector<std::string> rm = {"rm", "-rf", "--", options.removed_directory};
  const std::vector<char*> arguments = Pointers(command);
  const std::vector<char*> removal = Pointers(rm);
  const WardenPlan plan = {
      .binary = options.binary.c_str(),
      .arguments = arguments.data(),
      .removal = options.removed_directory.empty() ? nullptr : removal.data(),
      .stop_limit_ms = ToMilliseconds(options.stop_limit),
      .control = theirs.get(),
      .parent = self.get(),
      .log = log.get(),
      .held = options.held_fd,
  };
  pid_ = ForkWarden(plan);
  if (pid_ < 0) return ErrnoError("fork the server's warden");
  return absl::OkStatus();
}

Warden::~Warden() {
  if (pid_ < 0) return;
  // Not merely close: another thread's fork may have copied the descriptor.
  shutdown(control_.get(), SHUT_WR);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

bool Warden::AwaitEnd(const Deadline& deadline) {
  while (!ended_ && Receive(deadline)) {
  }
  return ended_;
}

std::string Warden::ending() const {
  if (exec_error_ != 0) return strerror(exec_error_);
  if (WIFSIGNALED(wait_status_)) return strsignal(WTERMSIG(wait_status_));
  return Cat("exit code ", WEXITSTATUS(wait_status_));
}

void Warden::Signal(int signal) { Command(static_cast<char>(signal)); }

void Warden::KeepDirectory() { Command(kKeepDirectory); }

void Warden::Command(char command) {
  if (send(control_.get(), &command, 1, MSG_NOSIGNAL) != 1) return;
  ++commands_pending_;
  const Deadline deadline(kAnswerLimit);
  while (commands_pending_ > 0 && Receive(deadline)) {
  }
}

// Takes one report; false if there is none by `deadline`, or ever again.
bool Warden::Receive(const Deadline& deadline) {
  if (!AwaitReadable(control_.get(), deadline)) return false;
  WardenReport report;
  if (recv(control_.get(), &report, sizeof(report), 0) != sizeof(report)) {
    // Whoever killed the warden has killed the server with it.
    if (!ended_) wait_status_ = SIGKILL;
    ended_ = true;
    return false;
  }
  switch (report.kind) {
    case WardenReport::kStarted:
      server_pid_ = report.value;
      break;
    case WardenReport::kExecFailed:
      exec_error_ = report.value;
      ended_ = true;
      break;
    case WardenReport::kSignalled:
      --commands_pending_;
      break;
    case WardenReport::kEnded:
      wait_status_ = report.value;
      ended_ = true;
      break;
  }
  return true;
}

}  // namespace walnats::connect
