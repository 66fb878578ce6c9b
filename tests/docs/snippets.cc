#include "tests/docs/snippets.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace walnats::docs {
namespace {

constexpr std::string_view kFence = "```";

using Lines = std::vector<std::string>;

Lines SplitLines(std::string_view text) {
  Lines lines = absl::StrSplit(std::string(text), '\n');
  if (lines.back().empty()) lines.pop_back();
  return lines;
}

std::string Join(const Lines& lines) {
  return lines.empty() ? "" : absl::StrJoin(lines, "\n") + "\n";
}

// "x" of "<!-- from x -->", else nothing.
std::string SourceOf(const std::string& line) {
  absl::string_view rest = line;
  if (!absl::ConsumePrefix(&rest, "<!-- from ")) return "";
  if (!absl::ConsumeSuffix(&rest, " -->")) return "";
  return std::string(rest);
}

Lines WithoutIndentation(Lines lines) {
  std::size_t least = std::string::npos;
  for (const std::string& line : lines) {
    least = std::min(least, line.find_first_not_of(' '));
  }
  for (std::string& line : lines) line.erase(0, std::min(least, line.size()));
  return lines;
}

std::optional<std::string> TextOf(const std::string& source, ReadFile read) {
  const std::pair<std::string, std::string> path_and_name =
      absl::StrSplit(source, absl::MaxSplits('#', 1));
  const auto& [path, name] = path_and_name;
  std::optional<std::string> text = read(path);
  if (!text.has_value() || name.empty()) return text;
  return MarkedPart(*text, name);
}

}  // namespace

std::vector<Block> BlocksOf(std::string_view page) {
  std::vector<Block> blocks;
  Lines text;
  bool inside = false;
  std::string before;
  int number = 0;
  for (const std::string& line : SplitLines(page)) {
    ++number;
    if (line.starts_with(kFence)) {
      if (!inside) {
        blocks.push_back(
            {number, line.substr(kFence.size()), SourceOf(before), ""});
      } else {
        blocks.back().text = Join(text);
        text.clear();
      }
      inside = !inside;
    } else if (inside) {
      text.push_back(line);
    }
    before = line;
  }
  return blocks;
}

std::vector<std::string> LinksOf(std::string_view page) {
  std::vector<std::string> links;
  bool inside = false;
  for (const std::string& line : SplitLines(page)) {
    if (line.starts_with(kFence)) inside = !inside;
    std::size_t begin = inside ? line.npos : line.find("](");
    while (begin != line.npos) {
      const std::size_t end = line.find(')', begin);
      links.push_back(line.substr(begin + 2, end - begin - 2));
      begin = line.find("](", begin + 1);
    }
  }
  return links;
}

std::optional<std::string> MarkedPart(std::string_view text,
                                      std::string_view name) {
  const std::string begin = "// [" + std::string(name) + "]";
  const std::string end = "// [/" + std::string(name) + "]";
  Lines part;
  bool inside = false;
  for (const std::string& line : SplitLines(text)) {
    const absl::string_view stripped = absl::StripAsciiWhitespace(line);
    if (inside && stripped == end) return Join(WithoutIndentation(part));
    if (inside) part.push_back(line);
    if (stripped == begin) inside = true;
  }
  return std::nullopt;
}

std::vector<std::string> CheckPage(std::string_view page, ReadFile read) {
  std::vector<std::string> faults;
  for (const Block& block : BlocksOf(page)) {
    if (block.source.empty()) {
      if (block.language != "cpp") continue;
      faults.push_back(absl::StrCat("line ", block.line,
                                    ": C++ without `<!-- from ... -->`"));
      continue;
    }
    const std::optional<std::string> text = TextOf(block.source, read);
    if (!text.has_value()) {
      faults.push_back(
          absl::StrCat("line ", block.line, ": no ", block.source));
    } else if (*text != block.text) {
      faults.push_back(absl::StrCat("line ", block.line, ": differs from ",
                                    block.source, ", which is\n", *text));
    }
  }
  return faults;
}

}  // namespace walnats::docs
