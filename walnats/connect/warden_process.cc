// Only async-signal-safe calls in this file: it runs in the forked child of a
// program with threads, whose locks may be held by threads that are gone.

#include "walnats/connect/warden_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

namespace walnats::connect {
namespace {

// Where the warden has its descriptors; all others are closed.
constexpr int kControl = 3;
constexpr int kParent = 4;
constexpr int kHeld = 5;
constexpr int kFirstUnused = 6;

class WardenProcess {
 public:
  explicit WardenProcess(const WardenPlan& plan) : plan_(plan) {}

  [[noreturn]] void Run() {
    Detach();
    server_ = _Fork();  // fork would run the host's pthread_atfork handlers
    if (server_ == 0) ExecServer();
    if (server_ > 0) {
      Report(WardenReport::kStarted, server_);
    } else {
      Report(WardenReport::kExecFailed, errno);
    }
    Watch();
    EndServer();
    if (plan_.removal != nullptr && !keep_directory_) {
      execv("/bin/rm", plan_.removal);
    }
    _exit(0);
  }

 private:
  // Leaves the parent's terminal, descriptors and signal handlers.
  void Detach() {
    setsid();
    prctl(PR_SET_NAME, "walnats-warden");
    ArrangeDescriptors();
    struct sigaction action = {};
    action.sa_handler = SIG_DFL;
    action.sa_flags = SA_NOCLDSTOP;
    for (int signal = 1; signal < NSIG; ++signal) {
      sigaction(signal, &action, nullptr);
    }
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    children_ = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
  }

  void ArrangeDescriptors() {
    // First out of the way of the places that they will take.
    const int control = Lift(plan_.control);
    const int parent = Lift(plan_.parent);
    const int log = Lift(plan_.log);
    const int held = Lift(plan_.held);
    dup2(log, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    Place(control, kControl);
    Place(parent, kParent);
    Place(held, kHeld);
    closefrom(kFirstUnused);
    close(STDIN_FILENO);
    open("/dev/null", O_RDONLY);  // the lowest free number is stdin's
  }

  static int Lift(int fd) {
    return fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, kFirstUnused);
  }

  static void Place(int fd, int place) {
    if (fd >= 0) {
      dup3(fd, place, O_CLOEXEC);
    } else {
      close(place);
    }
  }

  [[noreturn]] void ExecServer() {
    // The warden has one thread, so this really means "when it dies".
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    execv(plan_.binary, plan_.arguments);
    Report(WardenReport::kExecFailed, errno);
    _exit(127);
  }

  // Returns when the parent is gone or wants the server gone. The pidfd tells
  // even if another child of the parent has inherited its end of the socket.
  void Watch() {
    pollfd entries[] = {{kControl, POLLIN, 0},
                        {plan_.parent < 0 ? -1 : kParent, POLLIN, 0},
                        {children_, POLLIN, 0}};
    while (true) {
      if (poll(entries, 3, -1) < 0) continue;
      if (entries[2].revents != 0) Reap(WNOHANG);
      if (entries[0].revents != 0 && !Obey()) return;
      if (entries[1].revents != 0) return;
    }
  }

  // False at the end of the socket.
  bool Obey() {
    char command;
    if (recv(kControl, &command, 1, 0) != 1) return false;
    if (command == kKeepDirectory) {
      keep_directory_ = true;
    } else if (server_ > 0) {
      kill(server_, command);
      if (command == SIGSTOP) AwaitStopped();
    }
    Report(WardenReport::kSignalled, command);
    return true;
  }

  void AwaitStopped() const {
    siginfo_t info;
    waitid(P_PID, server_, &info, WSTOPPED | WEXITED | WNOWAIT);
  }

  void Reap(int flags) {
    signalfd_siginfo info;
    while (read(children_, &info, sizeof(info)) > 0) {
    }
    int status;
    if (server_ <= 0 || waitpid(server_, &status, flags) != server_) return;
    server_ = 0;
    Report(WardenReport::kEnded, status);
  }

  void EndServer() {
    if (server_ > 0 && plan_.stop_limit_ms > 0) {
      kill(server_, SIGTERM);
      kill(server_, SIGCONT);  // a stopped process does not see SIGTERM
      pollfd entry = {children_, POLLIN, 0};
      poll(&entry, 1, plan_.stop_limit_ms);
      Reap(WNOHANG);
    }
    if (server_ > 0) {
      kill(server_, SIGKILL);
      Reap(0);
    }
  }

  static void Report(WardenReport::Kind kind, int value) {
    const WardenReport report = {kind, value};
    send(kControl, &report, sizeof(report), MSG_NOSIGNAL);
  }

  const WardenPlan plan_;
  pid_t server_ = 0;  // 0 or less when there is none
  int children_ = -1;
  bool keep_directory_ = false;
};

}  // namespace

void RunWarden(const WardenPlan& plan) { WardenProcess(plan).Run(); }

}  // namespace walnats::connect
