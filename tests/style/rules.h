#pragma once

// The rules of the house that a program can check. Each takes the text of
// files and returns what breaks it, so that tests can feed it planted text.

#include <string>
#include <string_view>
#include <vector>

namespace walnats::style {

struct SourceFile {
  std::string path;  // below the project's root: "walnats/base/log.h"
  std::vector<std::string> lines;
};

using SourceFiles = std::vector<SourceFile>;

// Each "path:line: what is wrong".
using Violations = std::vector<std::string>;

// The .h and .cc files below `root`/`folder`, sorted by path.
SourceFiles ReadTree(const std::string& root, const std::string& folder);

SourceFile ParseText(std::string_view path, std::string_view text);

// Direct includes of other folders and of libraries, by the table in table.h.
Violations CheckIncludes(const SourceFiles& files);

// A .cc includes the header beside it first, so that each compiles alone.
Violations CheckOwnHeaderFirst(const SourceFiles& files);

// At most 200 lines for walnats/*.h, 300 for others.
Violations CheckLengths(const SourceFiles& files);

// At most 80 columns, unless an include or a URL makes the line longer.
Violations CheckColumns(const SourceFiles& files);

Violations CheckPragmaOnce(const SourceFiles& files);
Violations CheckNoDefines(const SourceFiles& files);

// absl::string_view in walnats/*.h: users have std::string_view.
Violations CheckNoAbslStringView(const SourceFiles& files);

// std::chrono anywhere but in runtime/real_clock.cc.
Violations CheckNoChrono(const SourceFiles& files);

// The includes that take seconds to compile, in headers.
Violations CheckNoHeavyHeaders(const SourceFiles& files);

// All .cc files with heavy Asio includes, if they are more than `limit`.
Violations CheckHeavySources(const SourceFiles& files, size_t limit);

}  // namespace walnats::style
