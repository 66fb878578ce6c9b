#include "tests/benchmarks/compare/report.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cmath>
#include <cstdio>

#include "absl/strings/str_format.h"
#include "tests/benchmarks/compare/contestants.h"
#include "walnats/base/strings.h"

namespace walnats::benchmarks {
namespace {

std::string Number(double value, int decimals, double unit = 1) {
  if (std::isnan(value)) return "-";
  return absl::StrFormat("%.*f", decimals, value / unit);
}

std::string_view ToString(Outcome outcome) {
  switch (outcome) {
    case Outcome::kHolds:
      return "holds";
    case Outcome::kFails:
      return "FAILS";
    case Outcome::kTooNoisy:
      return "too noisy to judge";
    case Outcome::kUnmeasured:
      return "NOT MEASURED";
  }
  return "";
}

std::string TargetOf(const Verdict& verdict) {
  if (verdict.check == nullptr) return "";
  const Check& check = *verdict.check;
  const bool at_least = check.bound == Check::Bound::kAtLeast;
  return absl::StrFormat("%s %g", at_least ? ">=" : "<=", check.target);
}

std::string NameOf(const Row& row) {
  if (row.baseline.empty()) return std::string(row.name);
  return Cat(row.name, " / ", row.baseline);
}

std::string WhatOf(const Verdict& verdict) {
  if (verdict.check == nullptr) return "";
  std::string what(verdict.check->what);
  if (!verdict.check->unit.empty()) what += Cat(", ", verdict.check->unit);
  return what;
}

boost::json::value ToValue(double value) {
  return std::isnan(value) ? boost::json::value() : boost::json::value(value);
}

}  // namespace

void PrintFigures(const Results& results) {
  absl::PrintF("%-25s %7s %7s %7s %7s %7s %7s %7s %7s %6s %6s\n", "medians",
               "1000/s", "client", "server", "p50", "p99", "p99.9", "peak",
               "thread", "alloc", "others");
  absl::PrintF("%-25s %7s %7s %7s %7s %7s %7s %7s %7s %6s %6s\n", "", "",
               "s/1e6", "s/1e6", "us", "us", "us", "MB", "", "each", "%");
  for (const Contestant& contestant : Contestants()) {
    const auto found = results.find(contestant.name);
    if (found == results.end()) continue;
    const Measured median = MedianOf(found->second);
    absl::PrintF(
        "%-25s %7s %7s %7s %7s %7s %7s %7s %7s %6s %6s\n",
        ToAbsl(contestant.name), Number(median.rate(), 1, 1e3),
        Number(median.client_cpu_per_million(), 2),
        Number(median.server_cpu_per_million(), 2), Number(median.p50_us, 0),
        Number(median.p99_us, 0), Number(median.p999_us, 0),
        Number(median.peak_kb, 0, 1e3), Number(median.threads, 0),
        Number(median.allocations_each(), 2), Number(median.others, 0, 0.01));
  }
}

void PrintVerdicts(const std::vector<Verdict>& verdicts) {
  absl::PrintF("\n%-48s %-24s %8s %8s %8s  %s\n", "pair by pair", "what",
               "median", "best", "target", "");
  for (const Verdict& verdict : verdicts) {
    const bool shown =
        verdict.check == nullptr && verdict.outcome == Outcome::kHolds;
    absl::PrintF("%-48s %-24s %8s %8s %8s  %s\n", NameOf(*verdict.row),
                 WhatOf(verdict), Number(verdict.value, 2),
                 Number(verdict.best, 2), TargetOf(verdict),
                 shown ? "" : ToAbsl(ToString(verdict.outcome)));
  }
}

void PrintWorst(const std::vector<Verdict>& verdicts) {
  const Verdict* worst = nullptr;
  double others = 0;
  for (const Verdict& verdict : verdicts) {
    others = std::fmax(others, verdict.others);
    if (std::isnan(verdict.score)) continue;
    if (worst == nullptr || verdict.score < worst->score) worst = &verdict;
  }
  if (others > 0.05) {
    absl::PrintF(
        "\nOthers used up to %.0f %% of the machine: rows with "
        "more than 5 %% are judged by their best round, with more than 30 %% "
        "in "
        "every round by their median, and not failed.\n",
        others * 100);
  }
  if (worst == nullptr) {
    absl::PrintF("worst: nothing was judged\n");
    return;
  }
  absl::PrintF("worst: %.2f of its target: %s: %s\n", worst->score,
               NameOf(*worst->row), WhatOf(*worst));
}

int ExitCode(const std::vector<Verdict>& verdicts) {
  const auto any = [&](Outcome outcome) {
    return std::ranges::count(verdicts, outcome, &Verdict::outcome) > 0;
  };
  if (any(Outcome::kFails)) return 1;
  const bool all = !any(Outcome::kTooNoisy) && !any(Outcome::kUnmeasured);
  return all && !verdicts.empty() ? 0 : 2;
}

std::string ToJson(const std::string& variant, const Results& results,
                   const std::vector<Verdict>& verdicts) {
  boost::json::object rounds;
  for (const auto& [name, all] : results) {
    boost::json::array array;
    for (const Measured& one : all) {
      array.push_back(boost::json::parse(one.ToJson()));
    }
    rounds[{name.data(), name.size()}] = std::move(array);
  }
  boost::json::array rows;
  for (const Verdict& verdict : verdicts) {
    rows.push_back(boost::json::object{
        {"row", NameOf(*verdict.row)},
        {"what", WhatOf(verdict)},
        {"median", ToValue(verdict.value)},
        {"best", ToValue(verdict.best)},
        {"target", TargetOf(verdict)},
        {"score", ToValue(verdict.score)},
        {"outcome", std::string(ToString(verdict.outcome))}});
  }
  return boost::json::serialize(boost::json::object{
      {"variant", variant}, {"rounds", rounds}, {"rows", rows}});
}

}  // namespace walnats::benchmarks
