#pragma once

// What processes and the machine have used so far, as Linux counts it.

#include <sys/types.h>

namespace walnats::benchmarks {

double OwnCpuSeconds();
// User and system time; 0 if there is no such process.
double CpuSecondsOf(pid_t pid);

struct MachineTimes {
  double busy = 0;   // seconds, of all cores; interrupts left out
  double total = 0;  // the same with idle time and interrupts
};
MachineTimes ReadMachineTimes();

double OwnPeakKilobytes();
double OwnThreads();

}  // namespace walnats::benchmarks
