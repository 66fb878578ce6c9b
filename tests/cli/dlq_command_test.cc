// `walnats dlq`, as somebody uses it after an outage.

#include <csignal>
#include <map>

#include "tests/cli/command_fixture.h"

namespace walnats::testing {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::PrintToString;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr TextEvent kOrdered("cli.ordered");

size_t Count(const std::string& text, std::string_view what) {
  size_t count = 0;
  for (size_t at = 0; (at = text.find(what, at)) != text.npos; ++at) ++count;
  return count;
}

class DlqTest : public CommandTest {
 protected:
  // "charge-card" refuses everything until it is `mended_`; "count-orders" of
  // the same event never does.
  Running& StartShop() {
    Actor charge("charge-card", kOrdered, [this](const std::string& order) {
      if (!mended_) return absl::InvalidArgumentError("no gateway");
      charged_.Add(order);
      return absl::OkStatus();
    });
    Actor count("count-orders", kOrdered,
                [this](const std::string& order) { counted_.Add(order); });
    return Start({.name = "billing", .actors = {charge, count}});
  }

  // `count` orders, each with its letter.
  void Kill(const Running& shop, int count) {
    for (int i = 0; i < count; ++i) {
      ASSERT_TRUE(Emit(shop, kOrdered, "order-" + std::to_string(i)).ok());
    }
    const auto dead = static_cast<int64_t>(count);
    ASSERT_TRUE(
        Eventually([&] { return shop.health().actors.at(0).dead == dead; }));
  }

  static std::map<std::string, int> Tally(const Board& board) {
    std::map<std::string, int> tally;
    for (const std::string& line : board.lines()) ++tally[line];
    return tally;
  }

  std::atomic<bool> mended_ = false;
  Board charged_;
  Board counted_;
};
INSTANTIATE_TEST_SUITE_P(Servers, DlqTest, Servers(), ServerName);

TEST_P(DlqTest, RedriveInterruptedAndRepeatedSendsEachOnce) {
  Running& shop = StartShop();
  Kill(shop, 100);
  EXPECT_THAT(counted_.Await(100), SizeIs(100));
  mended_ = true;

  const Ended rehearsed =
      Run({"dlq", "redrive", "--actor", "charge-card", "--dry-run"});
  EXPECT_EQ(rehearsed.code, 0) << rehearsed.errors;
  EXPECT_THAT(rehearsed.output, EndsWith("\nwould redrive 100 letters\n"));
  EXPECT_EQ(Count(rehearsed.output, "no gateway"), 100u);
  EXPECT_THAT(charged_.lines(), SizeIs(0));

  const std::vector<std::string> redrive = {
      "dlq",    "redrive", "--actor",  "charge-card",
      "--rate", "50",      "--reason", "the gateway is back"};
  {
    const std::unique_ptr<Child> first = Begin(redrive);
    ASSERT_THAT(charged_.Await(10), SizeIs(::testing::Ge(10u)));
    first->Signal(SIGINT);
    const Ended ended = Await(*first);
    EXPECT_EQ(ended.code, 130);
    EXPECT_THAT(ended.errors,
                AllOf(HasSubstr("stopped after "), HasSubstr(" of 100 letters"),
                      HasSubstr("goes on with the others")));
  }
  {
    const size_t before = charged_.lines().size();
    const std::unique_ptr<Child> second = Begin(redrive);
    ASSERT_THAT(charged_.Await(before + 10),
                SizeIs(::testing::Ge(before + 10)));
    second->Signal(SIGKILL);
    EXPECT_EQ(Await(*second).code, 128 + SIGKILL);
  }
  const Ended last = Run({"dlq", "redrive", "--reason", "and the rest"});
  EXPECT_EQ(last.code, 0) << last.errors;
  EXPECT_THAT(charged_.Await(100), SizeIs(100));

  const Ended again = Run({"dlq", "redrive", "--reason", "once more"});
  EXPECT_EQ(again.code, 0) << again.errors;
  EXPECT_EQ(again.output, "redrove 0 letters, 100 letters already were\n");
  EXPECT_EQ(Run({"dlq", "list"}).code, 3);

  Stop();
  EXPECT_THAT(Tally(charged_),
              AllOf(SizeIs(100), Each(Pair(StartsWith("order-"), 1))));
  EXPECT_THAT(Tally(counted_),
              AllOf(SizeIs(100), Each(Pair(StartsWith("order-"), 1))));
}

TEST_P(DlqTest, ListAndShowTellWhatDied) {
  Running& shop = StartShop();
  Kill(shop, 3);
  const Ended list = Run({"dlq", "list"});
  EXPECT_EQ(list.code, 0) << list.errors;
  EXPECT_THAT(list.output, StartsWith("NUMBER"));
  EXPECT_EQ(Count(list.output, "INVALID_ARGUMENT"), 3u);
  const Ended json = Run({"dlq", "list", "--json", "--limit", "1"});
  EXPECT_THAT(json.output, AllOf(StartsWith(R"([{"number":1,"state":"dead",)"),
                                 HasSubstr(R"("actor":"charge-card")"),
                                 HasSubstr(R"("error":"no gateway")")));
  EXPECT_EQ(Count(json.output, "\"number\""), 1u);
  const Ended show = Run({"dlq", "show", "1"});
  EXPECT_EQ(show.code, 0) << show.errors;
  EXPECT_THAT(show.output, AllOf(HasSubstr("letter          1 (dead)\n"),
                                 HasSubstr("actor           charge-card\n"),
                                 HasSubstr("body            order-")));
  EXPECT_THAT(Run({"dlq", "show", "1", "--json"}).output,
              HasSubstr("\"text\":\"order-"));
  EXPECT_EQ(Run({"dlq", "show", "99"}).code, 3);
}

TEST_P(DlqTest, FiltersChoose) {
  Running& shop = StartShop();
  Kill(shop, 3);
  struct Case {
    std::vector<std::string> filter;
    size_t letters;
  };
  const Case cases[] = {
      {{"2", "3"}, 2},
      {{"--actor", "charge-card"}, 3},
      {{"--actor", "count-orders"}, 0},
      {{"--service", "billing", "--event", "cli.ordered"}, 3},
      {{"--code", "INVALID_ARGUMENT", "--error", "*gate*"}, 3},
      {{"--error", "gate"}, 0},
      {{"--header", "Nats-Msg-Id"}, 3},
      {{"--header", "Nats-Msg-Id=nobody"}, 0},
      {{"--since", "1h"}, 3},
      {{"--until", "1h"}, 0},
      {{"--limit", "2"}, 2},
  };
  for (const auto& [filter, letters] : cases) {
    std::vector<std::string> line = {"dlq", "list", "--json"};
    line.insert(line.end(), filter.begin(), filter.end());
    const Ended ended = Run(line);
    EXPECT_EQ(Count(ended.output, "\"number\""), letters)
        << PrintToString(filter) << ended.errors;
    EXPECT_EQ(ended.code, letters == 0 ? 3 : 0) << PrintToString(filter);
  }
}

TEST_P(DlqTest, PurgeRemovesWhatWasSaidAndAsksFirst) {
  Running& shop = StartShop();
  Kill(shop, 3);
  EXPECT_EQ(Run({"dlq", "purge"}).code, 2);
  const Ended asked = Run({"dlq", "purge", "1"});
  EXPECT_EQ(asked.code, 2);
  EXPECT_THAT(asked.errors, HasSubstr("--yes"));
  EXPECT_EQ(Run({"dlq", "purge", "1", "--dry-run"}).output,
            "would remove 1 letter\n");
  EXPECT_EQ(Run({"dlq", "purge", "1", "--yes"}).output, "removed 1 letter\n");
  EXPECT_EQ(Run({"dlq", "purge", "--all", "--yes", "--json"}).output,
            "{\"dry_run\":false,\"removed\":2}\n");
  EXPECT_EQ(Run({"dlq", "purge", "--all", "--yes"}).code, 3);
}

}  // namespace
}  // namespace walnats::testing
