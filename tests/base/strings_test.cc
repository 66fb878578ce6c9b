#include "walnats/base/strings.h"

namespace walnats {
namespace {

TEST(StringsTest, CatTakesBothKindsOfView) {
  const std::string_view ours = "a";
  const absl::string_view theirs = "b";
  EXPECT_EQ(Cat(ours, theirs, std::string("c"), "d", 7), "abcd7");
  EXPECT_EQ(Cat(), "");
}

TEST(StringsTest, ErrorJoinsItsParts) {
  EXPECT_EQ(Error(absl::StatusCode::kNotFound, "stream ", std::string_view("s"),
                  ": ", 404),
            absl::NotFoundError("stream s: 404"));
}

TEST(StringsTest, QuotedEscapesWhatWouldBreakALine) {
  struct Case {
    std::string_view text;
    std::string_view quoted;
  };
  const Case cases[] = {
      {"", R"("")"},
      {"shop.order", R"("shop.order")"},
      {R"(a"b\c)", R"("a\"b\\c")"},
      {"a\nb\rc\td", R"("a\nb\x0dc\x09d")"},
      {std::string_view("\0\x1f\x7f", 3), R"("\x00\x1f\x7f")"},
      {"Müller", R"("Müller")"},
  };
  for (const Case& c : cases) EXPECT_EQ(Quoted(c.text), c.quoted);
}

}  // namespace
}  // namespace walnats
