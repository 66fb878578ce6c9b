#pragma once

// What workers (worker_main.cc) write about the messages that they handle.

#include <sys/types.h>

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace walnats::testing {

class WorkLog {
 public:
  struct Line {
    uint64_t sequence = 0;
    pid_t pid = 0;
    int attempt = 0;
  };

  // The file need not exist yet.
  explicit WorkLog(std::string path) : path_(std::move(path)) {}

  const std::string& path() const { return path_; }

  // Everything that was written so far, in that order.
  const std::vector<Line>& Read();

  // Of what was written so far.
  size_t messages();  // different ones
  size_t lines() { return Read().size(); }
  size_t duplicates() { return lines() - messages(); }
  std::set<pid_t> workers();
  int max_attempt();

 private:
  const std::string path_;
  int64_t offset_ = 0;
  std::vector<Line> lines_;
  std::set<uint64_t> sequences_;
};

}  // namespace walnats::testing
