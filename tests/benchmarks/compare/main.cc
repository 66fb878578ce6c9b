// Measures walnats and what it is compared with, in one run and in turns.
// `tests/benchmarks/run` builds and starts it. Exit code 0: all targets hold;
// 1: one does not; 2: not all could be measured or judged.

#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "tests/benchmarks/compare/options.h"
#include "tests/benchmarks/compare/report.h"
#include "tests/benchmarks/compare/round.h"

namespace walnats::benchmarks {
namespace {

int RunAll(const Options& options, const std::string& program) {
  if (options.nats_js.empty()) {
    std::puts("Without nats.js: its rows are left out (needs node and npm).");
  }
  const std::vector<const Row*> rows = RowsOf(options);
  std::vector<Verdict> judged;
  std::string json;
  for (const Variant& variant : VariantsOf(options)) {
    std::printf("\n== %s\n", variant.name.c_str());
    const Results results = RunRounds(options, variant, rows, program);
    std::vector<Verdict> verdicts;
    for (const Row* row : rows) {
      for (Verdict& verdict : Judge(*row, results, options.tolerance)) {
        if (variant.judged) judged.push_back(verdict);
        verdicts.push_back(verdict);
      }
    }
    PrintFigures(results);
    PrintVerdicts(verdicts);
    std::fflush(stdout);
    json +=
        (json.empty() ? "[" : ",\n") + ToJson(variant.name, results, verdicts);
  }
  if (!options.json.empty()) std::ofstream(options.json) << json << "]\n";
  PrintWorst(judged);
  return ExitCode(judged);
}

int Main(int argc, char** argv) {
  const absl::StatusOr<Options> options = ParseOptions(argc, argv);
  if (!options.ok()) {
    std::fprintf(stderr, "%s\n",
                 std::string(options.status().message()).c_str());
    return 2;
  }
  if (!options->one.empty()) return RunOne(*options);
  if (!options->prepare.empty()) return RunPrepare(*options);
  return RunAll(*options, "/proc/self/exe");
}

}  // namespace
}  // namespace walnats::benchmarks

int main(int argc, char** argv) {
  return walnats::benchmarks::Main(argc, argv);
}
