#pragma once

// What the command line of `compare` says.

#include <string>

#include "absl/status/statusor.h"

namespace walnats::benchmarks {

struct Options {
  // ---- of those that measure everything
  bool full = false;  // further servers, sizes and storages, not judged
  int repeat = 3;     // rounds
  int64_t messages = 200'000;
  double seconds = 3;  // of the rows about latency
  double tolerance = 0.1;
  std::string filter;  // part of a row's name, or of its contestants'
  std::string json;    // a file for all figures
  std::string newest;  // binaries; empty: nothing is measured with it
  std::string oldest;
  std::string nats_js;  // the directory of the scripts; empty: without node

  // ---- of a child process
  std::string one;      // a contestant
  std::string prepare;  // "empty" or "full"
  std::string setting;  // as JSON
};

// InvalidArgument with the usage.
absl::StatusOr<Options> ParseOptions(int argc, char** argv);

}  // namespace walnats::benchmarks
