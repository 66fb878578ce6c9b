#pragma once

// What a measurement has found. A field that it does not know is NaN.

#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace walnats::benchmarks {

inline constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

struct Measured {
  double messages = kUnknown;
  double seconds = kUnknown;      // by the wall
  double client_cpu = kUnknown;   // seconds, of the measuring process
  double server_cpu = kUnknown;   // seconds
  double others = kUnknown;       // share of the machine that others used
  double peak_kb = kUnknown;      // resident memory of the process
  double threads = kUnknown;      // while it worked
  double allocations = kUnknown;  // by operator new: ours, not those of nats.c
  double p50_us = kUnknown;       // latency, as the next two
  double p99_us = kUnknown;
  double p999_us = kUnknown;
  double bytes_each = kUnknown;  // by operator new, for each actor

  double rate() const { return messages / seconds; }
  double client_cpu_per_million() const { return client_cpu / messages * 1e6; }
  double server_cpu_per_million() const { return server_cpu / messages * 1e6; }
  double allocations_each() const { return allocations / messages; }
  double core_share() const { return client_cpu / seconds; }

  // Sorts `latencies` and takes its percentiles. At least one, in ns.
  void SetLatency(std::vector<uint64_t>& latencies);

  // Fields that are NaN are left out.
  std::string ToJson() const;
  static Measured FromJson(std::string_view json);
};

// Field by field, of those that know it. At least one.
Measured MedianOf(std::span<const Measured> all);
double MedianOf(std::vector<double> all);

}  // namespace walnats::benchmarks
