#include "tests/benchmarks/compare/process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "walnats/base/strings.h"
#include "walnats/connect/unique_fd.h"

namespace walnats::benchmarks {
namespace {

// Until its end.
std::string ReadAll(int fd) {
  std::string text;
  std::array<char, 4096> buffer;
  for (;;) {
    const ssize_t got = read(fd, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return text;
    text.append(buffer.data(), static_cast<size_t>(got));
  }
}

// Returns the error number.
int Start(const std::vector<std::string>& argv, int out, pid_t& pid) {
  std::vector<char*> words;
  for (const std::string& word : argv) {
    words.push_back(const_cast<char*>(word.c_str()));
  }
  words.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
  const int error =
      posix_spawnp(&pid, words[0], &actions, nullptr, words.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

}  // namespace

absl::StatusOr<std::string> RunProcess(const std::vector<std::string>& argv) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) {
    return Error(absl::StatusCode::kInternal, "run ", argv[0], ": ",
                 std::strerror(errno));
  }
  const connect::UniqueFd out(ends[0]);
  connect::UniqueFd in(ends[1]);
  pid_t pid = 0;
  if (const int error = Start(argv, in.get(), pid); error != 0) {
    return Error(absl::StatusCode::kInternal, "run ", argv[0], ": ",
                 std::strerror(error));
  }
  in = connect::UniqueFd();
  std::string text = ReadAll(out.get());
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    return Error(absl::StatusCode::kAborted, "run ", argv[0], ": ended with ",
                 WIFEXITED(status) ? "exit code " : "signal ",
                 WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
  }
  return text;
}

void DieWithParent(unsigned seconds) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  alarm(seconds);
}

}  // namespace walnats::benchmarks
