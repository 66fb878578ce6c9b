// The pages show code that compiles, because they show this repository's.

#include "tests/docs/snippets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace walnats::docs {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::optional<std::string> ReadSource(const std::string& path) {
  std::ifstream file(std::filesystem::path(WALNATS_SOURCE_DIR) / path);
  if (!file) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(file), {});
}

// README.md, CONTRIBUTING.md and docs/**.
std::vector<std::string> Pages() {
  const std::filesystem::path root = WALNATS_SOURCE_DIR;
  std::vector<std::string> pages = {"README.md", "CONTRIBUTING.md"};
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(root / "docs")) {
    if (entry.path().extension() == ".md") {
      pages.push_back(entry.path().lexically_relative(root).string());
    }
  }
  return pages;
}

TEST(PagesTest, ShowCodeOfThisRepository) {
  int blocks = 0;
  for (const std::string& path : Pages()) {
    const std::optional<std::string> page = ReadSource(path);
    ASSERT_TRUE(page.has_value()) << path;
    blocks += static_cast<int>(BlocksOf(*page).size());
    EXPECT_THAT(CheckPage(*page, ReadSource), IsEmpty()) << path;
  }
  EXPECT_GT(blocks, 20);
}

TEST(PagesTest, LinkToFilesThatExist) {
  const std::filesystem::path root = WALNATS_SOURCE_DIR;
  for (const std::string& path : Pages()) {
    const std::string page = ReadSource(path).value_or("");
    for (const std::string& link : LinksOf(page)) {
      // Of others, or of this page.
      if (link.find(':') != link.npos || link.starts_with('#')) continue;
      const std::filesystem::path target =
          (root / path).parent_path() / link.substr(0, link.find('#'));
      EXPECT_TRUE(std::filesystem::exists(target)) << path << ": " << link;
    }
  }
}

constexpr char kSource[] =
    "int before;\n"
    "  // [greet]\n"
    "  void Greet() {\n"
    "    puts(\"hi\");\n"
    "\n"
    "  }\n"
    "  // [/greet]\n";

std::optional<std::string> ReadPlanted(const std::string& path) {
  if (path != "a.cc") return std::nullopt;
  return kSource;
}

TEST(MarkedPartTest, LosesItsMarkersAndItsIndentation) {
  EXPECT_EQ(MarkedPart(kSource, "greet"),
            "void Greet() {\n  puts(\"hi\");\n\n}\n");
  EXPECT_EQ(MarkedPart(kSource, "gre"), std::nullopt);
  EXPECT_EQ(MarkedPart("// [open]\nint x;\n", "open"), std::nullopt);
}

TEST(LinksOfTest, FindsTargetsOutsideCode) {
  EXPECT_THAT(LinksOf("a [b](c.md) [d](e.md#f)\n"
                      "```cpp\n[](int g) {}\n```\n[h\ni](j.md)\n"),
              ElementsAre("c.md", "e.md#f", "j.md"));
}

TEST(CheckPageTest, AcceptsWhatIsEqual) {
  EXPECT_THAT(CheckPage("<!-- from a.cc#greet -->\n"
                        "```cpp\n"
                        "void Greet() {\n  puts(\"hi\");\n\n}\n"
                        "```\n",
                        ReadPlanted),
              IsEmpty());
  EXPECT_THAT(CheckPage("```sh\nls\n```\n", ReadPlanted), IsEmpty());
}

TEST(CheckPageTest, RefusesWhatDiffersOrComesFromNowhere) {
  EXPECT_THAT(CheckPage("x\n```cpp\nint x;\n```\n", ReadPlanted),
              ElementsAre("line 2: C++ without `<!-- from ... -->`"));
  EXPECT_THAT(
      CheckPage("<!-- from a.cc#greet -->\n```cpp\nint x;\n```\n", ReadPlanted),
      ElementsAre(HasSubstr("line 2: differs from a.cc#greet")));
  EXPECT_THAT(CheckPage("<!-- from a.cc#no -->\n```cpp\nint x;\n```\n"
                        "<!-- from b.cc -->\n```cpp\nint x;\n```\n",
                        ReadPlanted),
              ElementsAre("line 2: no a.cc#no", "line 6: no b.cc"));
}

}  // namespace
}  // namespace walnats::docs
