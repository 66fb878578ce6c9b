#include "tests/integration/child.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string_view>

#include "tests/integration/eventually.h"

namespace walnats::testing {
namespace {

std::vector<std::string> Environment(const std::vector<std::string>& more) {
  std::vector<std::string> all = more;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view variable = *entry;
    if (variable.starts_with("NATS_")) continue;
    if (variable.starts_with("WALNATS_STORE_DIR=")) continue;
    all.emplace_back(variable);
  }
  return all;
}

std::vector<char*> Pointers(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (std::string& one : strings) pointers.push_back(one.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::string NewFile(const std::string& directory) {
  std::string path = directory + "/output-XXXXXX";
  close(mkstemp(path.data()));
  return path;
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

Child::Child(const std::string& directory,
             const std::vector<std::string>& command,
             const std::vector<std::string>& environment)
    : output_path_(NewFile(directory)), errors_path_(NewFile(directory)) {
  // Made before the fork: after it, other threads may hold malloc's lock.
  std::vector<std::string> arguments = command;
  std::vector<std::string> variables = Environment(environment);
  const std::vector<char*> argv = Pointers(arguments);
  const std::vector<char*> envp = Pointers(variables);
  const pid_t parent = getpid();
  pid_ = fork();
  if (pid_ != 0) return;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);  // it died before the prctl
  dup2(open(output_path_.c_str(), O_WRONLY | O_APPEND), STDOUT_FILENO);
  dup2(open(errors_path_.c_str(), O_WRONLY | O_APPEND), STDERR_FILENO);
  execve(argv[0], argv.data(), envp.data());
  _exit(127);
}

Child::~Child() {
  Signal(SIGKILL);
  AwaitExit();
}

void Child::Signal(int signal) const {
  // A reaped child's pid may be somebody else's.
  if (pid_ > 0 && !exit_code_.has_value()) kill(pid_, signal);
}

bool Child::Reap() {
  if (exit_code_.has_value()) return true;
  int status = 0;
  if (pid_ <= 0 || waitpid(pid_, &status, WNOHANG) != pid_) return false;
  exit_code_ =
      WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  return true;
}

std::optional<int> Child::AwaitExit(absl::Duration limit) {
  Eventually([this] { return Reap(); }, limit);
  return exit_code_;
}

std::string Child::output() const { return ReadFile(output_path_); }
std::string Child::errors() const { return ReadFile(errors_path_); }

}  // namespace walnats::testing
