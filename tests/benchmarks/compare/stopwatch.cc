#include "tests/benchmarks/compare/stopwatch.h"

#include <algorithm>

#include "tests/benchmarks/compare/allocations.h"

namespace walnats::benchmarks {

void Stopwatch::Start() {
  machine_ = ReadMachineTimes();
  server_cpu_ = CpuSecondsOf(server_);
  client_cpu_ = OwnCpuSeconds();
  allocations_ = Allocations();
  begin_ = MonotonicNow();
}

Measured Stopwatch::Stop(int64_t messages) const {
  Measured measured;
  measured.seconds = static_cast<double>(MonotonicNow() - begin_) / 1e9;
  measured.allocations = static_cast<double>(Allocations() - allocations_);
  measured.client_cpu = OwnCpuSeconds() - client_cpu_;
  measured.server_cpu = CpuSecondsOf(server_) - server_cpu_;
  const MachineTimes machine = ReadMachineTimes();
  measured.messages = static_cast<double>(messages);
  measured.peak_kb = OwnPeakKilobytes();
  measured.threads = OwnThreads();
  const double others =
      machine.busy - machine_.busy - measured.client_cpu - measured.server_cpu;
  const double total = machine.total - machine_.total;
  if (total > 0) measured.others = std::max(0.0, others / total);
  return measured;
}

}  // namespace walnats::benchmarks
