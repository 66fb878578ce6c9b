#pragma once

// Prints what was found.

#include <string>
#include <vector>

#include "tests/benchmarks/compare/judge.h"

namespace walnats::benchmarks {

// What each contestant did, medians of all rounds.
void PrintFigures(const Results& results);
// Row by row.
void PrintVerdicts(const std::vector<Verdict>& verdicts);
// The last line: which row is farthest below its target.
void PrintWorst(const std::vector<Verdict>& verdicts);

// 0: all hold; 1: one does not; 2: none fails, but not all could be measured
// or judged.
int ExitCode(const std::vector<Verdict>& verdicts);

// Every round of every contestant, as JSON.
std::string ToJson(const std::string& variant, const Results& results,
                   const std::vector<Verdict>& verdicts);

}  // namespace walnats::benchmarks
