#pragma once

// Takes what a measurement costs between its start and its end.
//
//   Stopwatch watch(setting);
//   ... the work ...
//   return watch.Stop(messages);

#include "tests/benchmarks/compare/measured.h"
#include "tests/benchmarks/compare/setting.h"
#include "tests/benchmarks/compare/usage.h"

namespace walnats::benchmarks {

class Stopwatch {
 public:
  explicit Stopwatch(const Setting& setting) : server_(setting.server_pid) {
    Start();
  }

  // Begins anew. Any thread.
  void Start();
  // While the process still does what was measured, for its threads.
  Measured Stop(int64_t messages) const;

 private:
  const pid_t server_;
  uint64_t begin_ = 0;
  double client_cpu_ = 0;
  double server_cpu_ = 0;
  MachineTimes machine_;
  int64_t allocations_ = 0;
};

}  // namespace walnats::benchmarks
