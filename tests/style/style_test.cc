// The rules, asked of the source tree itself.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/style/rules.h"

namespace walnats::style {
namespace {

const SourceFiles& Library() {
  static const SourceFiles kFiles = ReadTree(WALNATS_SOURCE_DIR, "walnats");
  return kFiles;
}

// Everything that people read: the library, its tests and the examples.
const SourceFiles& AllSources() {
  static const SourceFiles kFiles = [] {
    SourceFiles files = Library();
    for (const char* folder : {"tests", "examples"}) {
      for (SourceFile& file : ReadTree(WALNATS_SOURCE_DIR, folder)) {
        files.push_back(std::move(file));
      }
    }
    return files;
  }();
  return kFiles;
}

MATCHER(HasNone, "has no violations") {
  for (const std::string& violation : arg)
    *result_listener << "\n" << violation;
  return arg.empty();
}

TEST(StyleTest, SourcesAreFound) {
  EXPECT_GT(Library().size(), 20u);
  EXPECT_GT(AllSources().size(), Library().size());
}

TEST(StyleTest, IncludesFollowTheTable) {
  EXPECT_THAT(CheckIncludes(Library()), HasNone());
}

TEST(StyleTest, SourcesIncludeTheirHeaderFirst) {
  EXPECT_THAT(CheckOwnHeaderFirst(Library()), HasNone());
}

TEST(StyleTest, FilesAreShort) {
  EXPECT_THAT(CheckLengths(Library()), HasNone());
}

TEST(StyleTest, LinesAreShort) {
  EXPECT_THAT(CheckColumns(AllSources()), HasNone());
}

TEST(StyleTest, HeadersBeginWithPragmaOnce) {
  EXPECT_THAT(CheckPragmaOnce(AllSources()), HasNone());
}

TEST(StyleTest, NoMacros) { EXPECT_THAT(CheckNoDefines(Library()), HasNone()); }

TEST(StyleTest, NoAbslStringViewInPublicHeaders) {
  EXPECT_THAT(CheckNoAbslStringView(Library()), HasNone());
}

TEST(StyleTest, NoChronoOutsideTheRealClock) {
  EXPECT_THAT(CheckNoChrono(Library()), HasNone());
}

TEST(StyleTest, NoHeavyIncludesInHeaders) {
  EXPECT_THAT(CheckNoHeavyHeaders(Library()), HasNone());
}

TEST(StyleTest, FewSourcesWithHeavyIncludes) {
  EXPECT_THAT(CheckHeavySources(Library(), 15), HasNone());
}

}  // namespace
}  // namespace walnats::style
