// The code of docs/dead-letters.md.

#include "walnats/dead_letters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "shop/events.h"
#include "walnats/services.h"
#include "walnats/testing/harness.h"
#include "walnats/testing/matchers.h"
#include "walnats/v1/dead_letter.pb.h"

namespace shop {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using walnats::testing::Harness;
using walnats::testing::IsOk;
using walnats::testing::IsOkAndHolds;

absl::Status Show(const v1::OrderPlaced&) {
  return absl::InvalidArgumentError("no picture");
}

absl::Status Charge(const v1::OrderPlaced&) {
  return absl::UnavailableError("gateway: no answer");
}

// [look]
// How many messages each actor has given up for want of the gateway.
walnats::Task<absl::StatusOr<std::map<std::string, int>>> CountDead(
    walnats::Client client) {
  std::map<std::string, int> counts;
  const walnats::DeadLetters letters(client);
  const walnats::DeadLetterFilter filter{.code = "UNAVAILABLE",
                                         .error = "gateway*"};
  auto count = [&counts](const walnats::DeadLetterEntry& entry) {
    ++counts[entry.letter->actor()];
    return true;  // go on
  };
  const absl::Status visited = co_await letters.Visit(filter, count);
  if (!visited.ok()) co_return visited;
  co_return counts;
}
// [/look]

TEST(DeadLettersPageTest, LimitsAreValid) {
  // [limits]
  walnats::Services services({.dead_letters = {.age = absl::Hours(24 * 90),
                                               .bytes = 10'000'000'000,
                                               .replicas = 3}});
  // [/limits]
  EXPECT_THAT(services.Validate(), IsOk());
}

TEST(DeadLettersPageTest, ActorsChooseWhatBecomesOfTheDead) {
  // [choices]
  // Forgets what it cannot handle, with a line in the log.
  const walnats::Actor preview("preview", kOrderPlaced, Show,
                               {.dead = walnats::Dead::kDrop});
  // [/choices]
  const walnats::Actor charge("charge", kOrderPlaced, Charge,
                              {.retry = {.max_attempts = 2}});
  Harness harness;
  harness.Add(
      {.name = "shop", .emits = {kOrderPlaced}, .actors = {preview, charge}});
  ASSERT_THAT(harness.Emit(kOrderPlaced, v1::OrderPlaced()), IsOk());
  harness.Advance(absl::Minutes(1));
  EXPECT_THAT(harness.DeadLetters("preview"), IsEmpty());
  EXPECT_THAT(harness.Run(CountDead(harness.client())),
              IsOkAndHolds(ElementsAre(Pair("charge", 1))));
}

}  // namespace
}  // namespace shop
