// Random worlds over the frame server. Each is its seed:
//
//   WALNATS_SIMULATION_SEED=7 ctest -R simulation       that one, fully traced
//   WALNATS_SIMULATION_FIRST=100000 ctest -R simulation  others than usual

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <deque>
#include <iostream>
#include <optional>

#include "absl/strings/numbers.h"
#include "absl/strings/str_join.h"
#include "tests/simulation/world.h"
#include "walnats/base/strings.h"
#include "walnats/log.h"

namespace walnats::simulation {
namespace {

using ::testing::IsEmpty;

// Test cases, so that ctest runs them side by side, and worlds of each.
constexpr int kShards = 8;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int kWorlds = 25;
#else
constexpr int kWorlds = 250;
#endif
constexpr size_t kLastLines = 60;

std::optional<uint64_t> FromEnvironment(const char* name) {
  const char* text = std::getenv(name);
  uint64_t number = 0;
  if (text == nullptr || !absl::SimpleAtoi(text, &number)) return std::nullopt;
  return number;
}

class SimulationTest : public ::testing::TestWithParam<int> {
 protected:
  SimulationTest() { SetLogLevel(LogLevel::kOff); }
  ~SimulationTest() override { SetLogLevel(LogLevel::kWarning); }
};

// Everything about a world that failed, by running it again.
std::string Explain(const Schedule& schedule, const Report& report) {
  std::deque<std::string> last;
  const Report again = RunWorld(schedule, [&last](std::string line) {
    last.push_back(std::move(line));
    if (last.size() > kLastLines) last.pop_front();
  });
  std::string text =
      Cat(absl::StrJoin(report.violations, "\n"), "\n\n", Describe(schedule),
          "\nThe last of the trace:\n", absl::StrJoin(last, "\n"), "\n");
  if (again.trace_hash != report.trace_hash) {
    text += "\nNOT REPEATED: the second run took another way.\n";
  }
  return text + Cat("\nAll of it: WALNATS_SIMULATION_SEED=", schedule.seed,
                    " ctest -R simulation -V\n");
}

TEST_P(SimulationTest, KeepsEveryGuarantee) {
  if (FromEnvironment("WALNATS_SIMULATION_SEED")) GTEST_SKIP();
  const uint64_t first =
      FromEnvironment("WALNATS_SIMULATION_FIRST").value_or(1) +
      static_cast<uint64_t>(GetParam() * kWorlds);
  for (uint64_t seed = first; seed < first + kWorlds; ++seed) {
    const Schedule schedule = MakeSchedule(seed);
    const Report report = RunWorld(schedule);
    ASSERT_THAT(report.violations, IsEmpty()) << Explain(schedule, report);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, SimulationTest, ::testing::Range(0, kShards));

// The seed of the environment, shown as it runs; else the first, in silence.
TEST_F(SimulationTest, ReplaysASeedInFull) {
  const auto seed = FromEnvironment("WALNATS_SIMULATION_SEED");
  const Schedule schedule = MakeSchedule(seed.value_or(1));
  if (seed) std::cout << Describe(schedule);
  int lines = 0;
  const Report report = RunWorld(schedule, [&](const std::string& line) {
    ++lines;
    if (seed) std::cout << line << '\n';
  });
  EXPECT_THAT(report.violations, IsEmpty())
      << absl::StrJoin(report.violations, "\n");
  EXPECT_GT(lines, 0);
}

TEST_F(SimulationTest, TheSameSeedIsTheSameWorld) {
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    const Schedule schedule = MakeSchedule(seed);
    const uint64_t once = RunWorld(schedule).trace_hash;
    EXPECT_EQ(RunWorld(schedule).trace_hash, once) << "seed " << seed;
    EXPECT_NE(RunWorld(MakeSchedule(seed + 1'000)).trace_hash, once);
  }
}

// What is drawn must also happen: a world in which nothing is stored, called,
// dead or redriven keeps every promise.
TEST_F(SimulationTest, MuchHappens) {
  Report sum;
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    const Report report = RunWorld(MakeSchedule(seed));
    sum.emitted += report.emitted;
    sum.stored += report.stored;
    sum.calls += report.calls;
    sum.dead += report.dead;
    sum.redriven += report.redriven;
  }
  EXPECT_GT(sum.emitted, 100);
  EXPECT_GT(sum.stored, 100);
  EXPECT_GT(sum.calls, 200);
  EXPECT_GT(sum.dead, 10);
  EXPECT_GT(sum.redriven, 10);
}

TEST_F(SimulationTest, StreamsAreMadeAgain) {
  Report sum;
  int worlds = 0;
  for (uint64_t seed = 1; worlds < 5; ++seed) {
    const Schedule schedule = MakeSchedule(seed);
    if (!schedule.remakes) continue;
    ++worlds;
    const Report report = RunWorld(schedule);
    sum.remade += report.remade;
    sum.calls_of_remade += report.calls_of_remade;
  }
  EXPECT_GE(sum.remade, 5);
  EXPECT_GT(sum.calls_of_remade, 20);
}

}  // namespace
}  // namespace walnats::simulation
