#pragma once

// The code blocks of the pages, and the files from which they are taken.
//
//   <!-- from examples/hello/hello.cc -->           the whole file
//   <!-- from tests/docs/actors_test.cc#plain -->   what stands between the
//                                                   lines `// [plain]` and
//                                                   `// [/plain]`
//
// The comment stands on the line before the block.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace walnats::docs {

struct Block {
  int line;              // of its opening fence
  std::string language;  // "cpp"
  std::string source;    // "tests/docs/actors_test.cc#plain"; empty: none
  std::string text;
};

// The fenced blocks of a page in Markdown.
std::vector<Block> BlocksOf(std::string_view page);

// The targets of `[text](target)` outside code blocks.
std::vector<std::string> LinksOf(std::string_view page);

// The part of `text` that is marked as `name`, markers and common indentation
// left out; nullopt if there is no such part.
std::optional<std::string> MarkedPart(std::string_view text,
                                      std::string_view name);

// What is wrong with `page`, "line N: ..." each: blocks of C++ that do not say
// where they come from, and blocks that differ from where they say they do.
// `read` returns a file's text, nullopt if there is none.
using ReadFile = std::optional<std::string> (*)(const std::string& path);
std::vector<std::string> CheckPage(std::string_view page, ReadFile read);

}  // namespace walnats::docs
