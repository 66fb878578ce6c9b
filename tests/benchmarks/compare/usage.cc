#include "tests/benchmarks/compare/usage.h"

#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

#include "walnats/base/strings.h"

namespace walnats::benchmarks {
namespace {

const double kTicks = static_cast<double>(sysconf(_SC_CLK_TCK));

double Seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) +
         static_cast<double>(time.tv_usec) / 1e6;
}

double OwnStatus(const std::string& name) {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(name + ":")) continue;
    return std::stod(line.substr(name.size() + 1));
  }
  return 0;
}

}  // namespace

double OwnCpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return Seconds(usage.ru_utime) + Seconds(usage.ru_stime);
}

double CpuSecondsOf(pid_t pid) {
  std::ifstream file(Cat("/proc/", pid, "/stat"));
  const std::string text(std::istreambuf_iterator<char>(file), {});
  // The second field, the program's name in brackets, may hold blanks.
  const size_t end = text.rfind(')');
  if (pid == 0 || end == std::string::npos) return 0;
  std::istringstream rest(text.substr(end + 1));
  std::string skipped;
  for (int field = 3; field < 14; ++field) rest >> skipped;
  double user = 0;
  double system = 0;
  rest >> user >> system;
  return (user + system) / kTicks;
}

MachineTimes ReadMachineTimes() {
  std::ifstream file("/proc/stat");
  std::string name;
  double user = 0;
  double nice = 0;
  double system = 0;
  double idle = 0;
  double iowait = 0;
  double interrupts = 0;
  double soft_interrupts = 0;
  double stolen = 0;
  file >> name >> user >> nice >> system >> idle >> iowait >> interrupts >>
      soft_interrupts >> stolen;
  const double busy = user + nice + system + stolen;
  return {
      .busy = busy / kTicks,
      .total = (busy + idle + iowait + interrupts + soft_interrupts) / kTicks};
}

double OwnPeakKilobytes() { return OwnStatus("VmHWM"); }

double OwnThreads() { return OwnStatus("Threads"); }

}  // namespace walnats::benchmarks
