#pragma once

// Measures contestants one after the other, each in a fresh process, round
// after round.

#include <string>
#include <string_view>
#include <vector>

#include "tests/benchmarks/compare/judge.h"
#include "tests/benchmarks/compare/options.h"
#include "tests/benchmarks/compare/setting.h"

namespace walnats::benchmarks {

// One server with one kind of message and storage.
struct Variant {
  std::string name;
  std::string server;
  int payload = 128;
  bool memory = false;
  bool judged = true;
};
std::vector<Variant> VariantsOf(const Options& options);

// The rows that --filter lets pass, without those of nats.js if there is none.
std::vector<const Row*> RowsOf(const Options& options);

// Starts the variant's server. What fails is said on stderr.
Results RunRounds(const Options& options, const Variant& variant,
                  const std::vector<const Row*>& rows,
                  const std::string& program);

// The part of a child process: its exit code.
int RunOne(const Options& options);
int RunPrepare(const Options& options);

}  // namespace walnats::benchmarks
