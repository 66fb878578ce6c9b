#include "walnats/cli/table.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>

#include "walnats/cli/json.h"
#include "walnats/cli/output.h"
#include "walnats/cli/progress.h"

namespace walnats::cli {
namespace {

TEST(TableTest, AlignsItsColumns) {
  Table table({{"NAME"}, {"COUNT", true}, {"STATE"}});
  table.Add({"Grüße", "1,000", "on"});
  table.Add({"a", "7", ""});
  EXPECT_EQ(table.ToText(false),
            "NAME   COUNT  STATE\n"
            "Grüße  1,000  on\n"
            "a          7  -\n");
}

TEST(TableTest, ColoursWhatStandsInTheCellsOnly) {
  Table table({{"A", true}, {"B"}});
  table.Add({Cell("1", Color::kRed), Cell("x", Color::kGreen)});
  EXPECT_EQ(table.ToText(true),
            "\x1b[1mA\x1b[0m  \x1b[1mB\x1b[0m\n"
            "\x1b[31m1\x1b[0m  \x1b[32mx\x1b[0m\n");
}

TEST(TableTest, HostileNamesStayInTheirCells) {
  Table table({{"NAME"}, {"N"}});
  table.Add({"\x1b]0;x\x07\nfake", "1"});
  EXPECT_EQ(table.ToText(false),
            "NAME                    N\n"
            "\"\\x1b]0;x\\x07\\x0afake\"  1\n");
}

TEST(TableTest, NoColourOutsideATerminal) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  EXPECT_FALSE(WantsColor(ends[1]));
  close(ends[0]);
  close(ends[1]);
}

TEST(JsonTest, WritesMembersInTheirOrder) {
  JsonObject object;
  object.Add("text", "a\"\\\n\x01\x7f\xff")
      .Add("number", uint64_t{18'446'744'073'709'551'615u})
      .Add("yes", true)
      .Add("seconds", absl::Milliseconds(1500))
      .Add("never", absl::InfiniteFuture())
      .Add("time", absl::UnixEpoch())
      .AddJson("list", JsonArray({"1", JsonText("two")}))
      .AddNull("none");
  EXPECT_EQ(object.text(),
            R"({"text":"a\"\\\n\u0001\u007f)"
            "\xef\xbf\xbd"
            R"(","number":18446744073709551615,"yes":true,"seconds":1.5,)"
            R"("never":null,"time":"1970-01-01T00:00:00+00:00",)"
            R"("list":[1,"two"],"none":null})");
  EXPECT_EQ(JsonObject().text(), "{}");
}

TEST(ProgressTest, SaysHowFarHowFastAndHowLong) {
  EXPECT_EQ(ProgressLine("redrive", 0, 100, absl::ZeroDuration()),
            "redrive [------------------------] 0 of 100");
  EXPECT_EQ(ProgressLine("redrive", 50, 100, absl::Seconds(1)),
            "redrive [############------------] 50 of 100, 50.0/s, 1s left");
  EXPECT_EQ(ProgressLine("redrive", 100, 100, absl::Seconds(2)),
            "redrive [########################] 100 of 100, 50.0/s");
  EXPECT_EQ(ProgressLine("redrive", 0, 0, absl::Seconds(2)),
            "redrive [########################] 0 of 0");
}

TEST(ExitCodeTest, TellsScriptsWhatHappened) {
  EXPECT_EQ(ExitCodeOf(absl::OkStatus()), 0);
  EXPECT_EQ(ExitCodeOf(absl::UnavailableError("")), 1);
  EXPECT_EQ(ExitCodeOf(absl::InvalidArgumentError("")), 2);
  EXPECT_EQ(ExitCodeOf(absl::NotFoundError("")), 3);
  EXPECT_EQ(ExitCodeOf(absl::CancelledError("")), 130);
}

}  // namespace
}  // namespace walnats::cli
