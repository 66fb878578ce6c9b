#include "tests/integration/work_log.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>

namespace walnats::testing {

const std::vector<WorkLog::Line>& WorkLog::Read() {
  std::ifstream file(path_);
  file.seekg(offset_);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  // What follows the last line's end is being written.
  const std::string whole = text.substr(0, text.rfind('\n') + 1);
  offset_ += static_cast<int64_t>(whole.size());
  std::istringstream stream(whole);
  Line line;
  while (stream >> line.sequence >> line.pid >> line.attempt) {
    lines_.push_back(line);
    sequences_.insert(line.sequence);
  }
  return lines_;
}

size_t WorkLog::messages() {
  Read();
  return sequences_.size();
}

std::set<pid_t> WorkLog::workers() {
  std::set<pid_t> pids;
  for (const Line& line : Read()) pids.insert(line.pid);
  return pids;
}

int WorkLog::max_attempt() {
  int most = 0;
  for (const Line& line : Read()) most = std::max(most, line.attempt);
  return most;
}

}  // namespace walnats::testing
