#pragma once

// A server process that ends when this process does, however this one ends:
// normally, by _exit, by a crash, by SIGKILL. Between the two stands the
// warden, a small child of ours and the parent of the server, that waits for
// the end of either. Linux's parent death signal alone would not do: it fires
// when the *thread* that forked ends.
//
// The warden has its own session, so that Ctrl-C reaches neither it nor the
// server, and inherits no descriptors and no signal handlers.

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "walnats/connect/deadline.h"
#include "walnats/connect/unique_fd.h"
#include "walnats/connect/warden_process.h"

namespace walnats::connect {

struct WardenOptions {
  std::string binary;  // absolute path
  std::vector<std::string> arguments;
  std::string log_path;  // what the server writes is appended
  int held_fd = -1;      // a lock that must not fall before the server does
  std::string removed_directory;  // goes after the server; empty: none
  // How long the server has to obey SIGTERM before SIGKILL; 0: SIGKILL at once.
  absl::Duration stop_limit;
};

// Not thread-safe.
class Warden {
 public:
  // Forks. Whether the server could be executed shows in AwaitEnd.
  static absl::StatusOr<std::unique_ptr<Warden>> Start(
      const WardenOptions& options);

  // Ends the server as the options say and waits for both processes.
  ~Warden();
  Warden(const Warden&) = delete;
  Warden& operator=(const Warden&) = delete;

  pid_t server_pid() const { return server_pid_; }

  // False if the server still lives at `deadline`.
  bool AwaitEnd(const Deadline& deadline);

  // How it ended: `exit code 1`, `Killed`, `Exec format error`.
  std::string ending() const;

  // Sends `signal` to the server and returns when it was delivered: for SIGSTOP
  // when the server has stopped. Does nothing if it has ended.
  void Signal(int signal);

  // Leaves removed_directory to a successor.
  void KeepDirectory();

 private:
  Warden() = default;
  absl::Status Fork(const WardenOptions& options);
  void Command(char command);
  bool Receive(const Deadline& deadline);

  UniqueFd control_;
  pid_t pid_ = -1;
  pid_t server_pid_ = 0;
  int exec_error_ = 0;
  int wait_status_ = 0;
  int commands_pending_ = 0;
  bool ended_ = false;
};

}  // namespace walnats::connect
