#include "walnats/deadletter/filter.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <string_view>

#include "tests/deadletter/letters.h"

namespace walnats::internal {
namespace {

TEST(FilterTest, MatchesPatterns) {
  struct Case {
    std::string_view pattern;
    std::string_view text;
    bool matches;
  };
  constexpr Case kCases[] = {
      {"", "", true},
      {"", "a", false},
      {"a", "", false},
      {"*", "", true},
      {"*", "anything", true},
      {"**", "anything", true},
      {"gateway*", "gateway: 503", true},
      {"gateway*", "the gateway: 503", false},
      {"*gateway*", "the gateway: 503", true},
      {"*503", "the gateway: 503", true},
      {"*503", "the gateway: 5030", false},
      {"a*b*c", "a-b-b-c", true},
      {"a*b*c", "a-c-c-b", false},
      {"*aab", "aaab", true},
      {"a*a", "a", false},
      {"a.c", "abc", false},
      {"exact", "exact", true},
      {"exact", "exactly", false},
  };
  for (const Case& one : kCases) {
    EXPECT_EQ(MatchesPattern(one.pattern, one.text), one.matches)
        << one.pattern << " against " << one.text;
  }
}

// Of "charge-card", at 100 s, with a key and a header.
DeadLetterEntry Entry(LetterState state = LetterState::kDead) {
  auto letter = std::make_shared<v1::DeadLetter>(Letter(7));
  letter->set_code("UNAVAILABLE");
  letter->set_error("gateway: 503");
  letter->set_key("anna");
  *letter->mutable_died_at() = ToProto(absl::FromUnixSeconds(100));
  v1::Header& header = *letter->add_headers();
  header.set_name("Region");
  header.set_value("eu-west");
  return {12, state, std::move(letter)};
}

TEST(FilterTest, HoldsEveryField) {
  const absl::Time died = absl::FromUnixSeconds(100);
  struct Case {
    std::string_view name;
    std::function<void(DeadLetterFilter&)> set;
    bool matches;
  };
  const Case cases[] = {
      {"nothing", [](auto&) {}, true},
      {"service", [](auto& f) { f.service = "shop"; }, true},
      {"other service", [](auto& f) { f.service = "sho"; }, false},
      {"actor", [](auto& f) { f.actor = "mailer"; }, true},
      {"other actor", [](auto& f) { f.actor = "biller"; }, false},
      {"event", [](auto& f) { f.event = "shop.order"; }, true},
      {"stream's name", [](auto& f) { f.event = "shop-order"; }, false},
      {"code", [](auto& f) { f.code = "UNAVAILABLE"; }, true},
      {"other code", [](auto& f) { f.code = "INTERNAL"; }, false},
      {"error", [](auto& f) { f.error = "*503"; }, true},
      {"error in part", [](auto& f) { f.error = "gateway"; }, false},
      {"key", [](auto& f) { f.key = "anna"; }, true},
      {"other key", [](auto& f) { f.key = "bert"; }, false},
      {"header", [](auto& f) { f.header = "Region"; }, true},
      {"other header", [](auto& f) { f.header = "Tenant"; }, false},
      {"header's value",
       [](auto& f) { f.header = "Region", f.header_value = "eu-*"; }, true},
      {"other value",
       [](auto& f) { f.header = "Region", f.header_value = "us-*"; }, false},
      {"from then", [&](auto& f) { f.died_from = died; }, true},
      {"from later",
       [&](auto& f) { f.died_from = died + absl::Nanoseconds(1); }, false},
      {"until later",
       [&](auto& f) { f.died_until = died + absl::Nanoseconds(1); }, true},
      {"until then", [&](auto& f) { f.died_until = died; }, false},
      {"number",
       [](auto& f) {
         f.letters = {3, 12};
       },
       true},
      {"other number",
       [](auto& f) {
         f.letters = {3, 4};
       },
       false},
      {"two that hold",
       [](auto& f) { f.actor = "mailer", f.code = "UNAVAILABLE"; }, true},
      {"one of two", [](auto& f) { f.actor = "mailer", f.code = "INTERNAL"; },
       false},
  };
  for (const Case& one : cases) {
    DeadLetterFilter filter;
    one.set(filter);
    EXPECT_EQ(Matches(filter, Entry()), one.matches) << one.name;
  }
}

TEST(FilterTest, TakesRedrivenOnesOnlyIfAsked) {
  struct Case {
    LetterState state;
    bool redriven;
  };
  constexpr Case kCases[] = {{LetterState::kDead, false},
                             {LetterState::kParked, false},
                             {LetterState::kRedriven, true},
                             {LetterState::kHandled, true},
                             {LetterState::kDeadAgain, true}};
  for (const auto& [state, redriven] : kCases) {
    EXPECT_EQ(Matches({}, Entry(state)), !redriven);
    EXPECT_TRUE(Matches({.redriven = true}, Entry(state)));
  }
}

TEST(FilterTest, TellsTheSubjectsToRead) {
  EXPECT_EQ(SubjectOf({}), "walnats-dead.*.*.*.*");
  EXPECT_EQ(SubjectOf({.actor = "mailer"}), "walnats-dead.*.mailer.*.*");
  EXPECT_EQ(SubjectOf({.actor = "mailer", .event = "shop.order-placed"}),
            "walnats-dead.shop-order-placed.mailer.*.*");
}

}  // namespace
}  // namespace walnats::internal
