// The code of docs/redrive.md.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <string>
#include <vector>

#include "shop/events.h"
#include "walnats/dead_letters.h"
#include "walnats/services.h"
#include "walnats/testing/harness.h"
#include "walnats/testing/matchers.h"
#include "walnats/v1/dead_letter.pb.h"

namespace shop {
namespace {

using ::testing::ElementsAre;
using walnats::testing::Harness;
using walnats::testing::IsOk;

// [redrive]
walnats::Task<absl::Status> RedriveCharges(walnats::Client client) {
  const walnats::DeadLetters letters(client);
  const walnats::DeadLetterFilter charges{.actor = "charge-card",
                                          .error = "gateway*"};
  const walnats::RedriveOptions options{
      .by = "anna", .reason = "the gateway is back", .rate = 50};
  const auto result = co_await letters.Redrive(charges, options);
  if (!result.ok()) co_return result.status();
  for (const std::string& problem : result->problems) {
    std::printf("%s\n", problem.c_str());
  }
  co_return absl::OkStatus();
}
// [/redrive]

// [progress]
walnats::Task<absl::StatusOr<walnats::RedriveResult>> TryTen(
    walnats::Client client) {
  const walnats::DeadLetters letters(client);
  const walnats::DeadLetterFilter ten{.actor = "charge-card", .limit = 10};
  walnats::RedriveOptions options{.by = "anna", .dry_run = true};
  options.progress = [](const walnats::DeadLetterEntry& entry, int64_t done) {
    std::printf("%d: letter %d, %s\n", static_cast<int>(done),
                static_cast<int>(entry.number), entry.letter->error().c_str());
    return true;  // false: stop here
  };
  co_return co_await letters.Redrive(ten, options);
}
// [/progress]

TEST(RedrivePageTest, TheActorSeesItOnceMore) {
  bool up = false;
  std::vector<int> generations;
  const walnats::Actor charge(
      "charge-card", kOrderPlaced,
      [&](const v1::OrderPlaced&, const walnats::Context& context) {
        generations.push_back(context.generation());
        return up ? absl::OkStatus() : absl::UnavailableError("gateway: 503");
      },
      {.retry = {.max_attempts = 1}});
  Harness harness;
  harness.Add({.name = "shop", .emits = {kOrderPlaced}, .actors = {charge}});
  ASSERT_THAT(harness.Emit(kOrderPlaced, v1::OrderPlaced()), IsOk());
  harness.RunUntilIdle();
  up = true;
  const auto tried = harness.Run(TryTen(harness.client()));
  ASSERT_THAT(tried, IsOk());
  EXPECT_EQ(tried->queued, 1);
  EXPECT_THAT(harness.Run(RedriveCharges(harness.client())), IsOk());
  harness.RunUntilIdle();
  EXPECT_THAT(generations, ElementsAre(0, 1));
  const auto nothing_left = harness.Run(TryTen(harness.client()));
  ASSERT_THAT(nothing_left, IsOk());
  EXPECT_EQ(nothing_left->queued, 0);
}

}  // namespace
}  // namespace shop
