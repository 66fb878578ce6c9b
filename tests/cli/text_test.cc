#include "walnats/cli/text.h"

#include <gtest/gtest.h>

namespace walnats::cli {
namespace {

TEST(TextTest, NamesAreQuotedWhereATerminalCouldObeyThem) {
  struct Case {
    std::string_view name;
    std::string_view printed;
  };
  const Case cases[] = {
      {"shop.order-placed", "shop.order-placed"},
      {"Grüße, 世界", "Grüße, 世界"},
      {"say \"hi\"", "say \"hi\""},
      {"", "\"\""},
      {"a\nb", "\"a\\x0ab\""},
      {"\x1b[2Jgone", "\"\\x1b[2Jgone\""},
      {"tab\t", "\"tab\\x09\""},
      {"q\"\x07", "\"q\\\"\\x07\""},
      {"\x7f", "\"\\x7f\""},
      {"half \xc3", "\"half \\xc3\""},
      {"long \xc0\xaf", "\"long \\xc0\\xaf\""},
      {"surrogate \xed\xa0\x80", "\"surrogate \\xed\\xa0\\x80\""},
      {"csi \xc2\x9b", "\"csi \\xc2\\x9b\""},
      {"backwards \xe2\x80\xae", "\"backwards \\xe2\\x80\\xae\""},
  };
  for (const auto& [name, printed] : cases) {
    EXPECT_EQ(Printable(name), printed);
  }
}

TEST(TextTest, LinesStayWhereTheyAreAskedFor) {
  EXPECT_EQ(Visible("a\n\tb\r", true), "a\n\tb\\x0d");
  EXPECT_EQ(Visible("a\n"), "a\\x0a");
}

TEST(TextTest, ColumnsAreLetters) {
  EXPECT_EQ(Columns("abc"), 3u);
  EXPECT_EQ(Columns("Grüße"), 5u);
}

TEST(TextTest, WhatIsNoUtf8IsReplaced) {
  EXPECT_TRUE(IsUtf8("Grüße"));
  EXPECT_FALSE(IsUtf8("\xff"));
  EXPECT_EQ(ToUtf8("a\xff"
                   "b"),
            "a\xef\xbf\xbd"
            "b");
  EXPECT_EQ(Hex(std::string_view("\x00\xff", 2)), "00ff");
}

}  // namespace
}  // namespace walnats::cli
