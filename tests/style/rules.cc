#include "tests/style/rules.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <sstream>

#include "tests/style/table.h"

namespace walnats::style {
namespace {

bool Contains(std::string_view text, std::string_view part) {
  return text.find(part) != text.npos;
}

bool IsHeader(const SourceFile& file) { return file.path.ends_with(".h"); }

// walnats/X.h, and nothing below.
bool IsPublicHeader(const SourceFile& file) {
  return IsHeader(file) && file.path.starts_with("walnats/") &&
         std::ranges::count(file.path, '/') == 1;
}

// `line` without its comment.
std::string_view Code(std::string_view line) {
  bool quoted = false;
  for (size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\\') {
      ++i;
    } else if (line[i] == '"') {
      quoted = !quoted;
    } else if (!quoted && line.substr(i).starts_with("//")) {
      return line.substr(0, i);
    }
  }
  return line;
}

// What follows the '#' of a directive: "include <string>".
std::optional<std::string_view> Directive(std::string_view line) {
  constexpr std::string_view kBlank = " \t";
  const size_t hash = line.find_first_not_of(kBlank);
  if (hash == line.npos || line[hash] != '#') return std::nullopt;
  const size_t word = line.find_first_not_of(kBlank, hash + 1);
  if (word == line.npos) return std::nullopt;
  return line.substr(word);
}

struct Include {
  std::string_view path;
  bool quoted;
};

std::optional<Include> ParseInclude(std::string_view line) {
  const std::optional<std::string_view> directive = Directive(line);
  if (!directive || !directive->starts_with("include")) return std::nullopt;
  const size_t begin = directive->find_first_of("\"<");
  if (begin == directive->npos) return std::nullopt;
  const size_t end = directive->find_first_of("\">", begin + 1);
  if (end == directive->npos) return std::nullopt;
  return Include{directive->substr(begin + 1, end - begin - 1),
                 (*directive)[begin] == '"'};
}

bool IsHeavy(const Include& include) {
  return include.path == "boost/asio.hpp" ||
         include.path == "boost/asio/co_spawn.hpp" ||
         Contains(include.path, "awaitable_operators") ||
         (Contains(include.path, "asio/experimental") &&
          Contains(include.path, "channel"));
}

bool IncludesAnything(const SourceFile& file, bool (*wanted)(const Include&)) {
  return std::ranges::any_of(file.lines, [wanted](const std::string& line) {
    const std::optional<Include> include = ParseInclude(line);
    return include && wanted(*include);
  });
}

std::string At(const SourceFile& file, size_t index, std::string_view what) {
  return file.path + ":" + std::to_string(index + 1) + ": " + std::string(what);
}

// Asks `check` about every line; what it returns, if anything, is a violation.
template <class Check>
Violations ForEachLine(const SourceFiles& files, const Check& check) {
  Violations violations;
  for (const SourceFile& file : files) {
    for (size_t i = 0; i < file.lines.size(); ++i) {
      const std::string what = check(file, file.lines[i]);
      if (!what.empty()) violations.push_back(At(file, i, what));
    }
  }
  return violations;
}

size_t Columns(std::string_view line) {
  return std::ranges::count_if(line, [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  });
}

}  // namespace

SourceFile ParseText(std::string_view path, std::string_view text) {
  SourceFile file{std::string(path), {}};
  std::istringstream stream{std::string(text)};
  for (std::string line; std::getline(stream, line);) {
    file.lines.push_back(line);
  }
  return file;
}

SourceFiles ReadTree(const std::string& root, const std::string& folder) {
  namespace fs = std::filesystem;
  SourceFiles files;
  for (const fs::directory_entry& entry :
       fs::recursive_directory_iterator(fs::path(root) / folder)) {
    const fs::path extension = entry.path().extension();
    if (extension != ".h" && extension != ".cc") continue;
    std::ostringstream text;
    text << std::ifstream(entry.path()).rdbuf();
    files.push_back(
        ParseText(fs::relative(entry.path(), root).string(), text.str()));
  }
  std::ranges::sort(files, {}, &SourceFile::path);
  return files;
}

Violations CheckIncludes(const SourceFiles& files) {
  return ForEachLine(
      files, [](const SourceFile& file, const std::string& line) {
        const std::optional<Include> include = ParseInclude(line);
        if (!include) return std::string();
        if (include->quoted && !Contains(include->path, "/")) {
          return std::string("an include names its path from the root");
        }
        return WhyRefused(file.path, include->path);
      });
}

Violations CheckOwnHeaderFirst(const SourceFiles& files) {
  std::set<std::string> headers;
  for (const SourceFile& file : files) {
    if (IsHeader(file)) headers.insert(file.path);
  }
  Violations violations;
  for (const SourceFile& file : files) {
    const std::string own = file.path.substr(0, file.path.rfind('.')) + ".h";
    if (IsHeader(file) || !headers.contains(own)) continue;
    const auto first = std::ranges::find_if(
        file.lines,
        [](const std::string& line) { return ParseInclude(line).has_value(); });
    if (first == file.lines.end() || ParseInclude(*first)->path != own) {
      violations.push_back(At(file, first - file.lines.begin(),
                              "the first include is not " + own));
    }
  }
  return violations;
}

Violations CheckLengths(const SourceFiles& files) {
  Violations violations;
  for (const SourceFile& file : files) {
    const size_t limit = IsPublicHeader(file) ? 200 : 300;
    if (file.lines.size() > limit) {
      violations.push_back(At(file, limit, "the file goes on after this line"));
    }
  }
  return violations;
}

Violations CheckColumns(const SourceFiles& files) {
  return ForEachLine(files, [](const SourceFile&, const std::string& line) {
    if (Columns(line) <= 80 || ParseInclude(line) || Contains(line, "://")) {
      return std::string();
    }
    return std::to_string(Columns(line)) + " columns";
  });
}

Violations CheckPragmaOnce(const SourceFiles& files) {
  Violations violations;
  for (const SourceFile& file : files) {
    if (!IsHeader(file)) continue;
    if (file.lines.empty() || file.lines.front() != "#pragma once") {
      violations.push_back(At(file, 0, "begins without #pragma once"));
    }
  }
  return violations;
}

Violations CheckNoDefines(const SourceFiles& files) {
  return ForEachLine(files, [](const SourceFile&, const std::string& line) {
    const std::optional<std::string_view> directive = Directive(line);
    return std::string(directive && directive->starts_with("define")
                           ? "a macro of our own"
                           : "");
  });
}

Violations CheckNoAbslStringView(const SourceFiles& files) {
  return ForEachLine(
      files, [](const SourceFile& file, const std::string& line) {
        return std::string(IsPublicHeader(file) &&
                                   Contains(Code(line), "absl::string_view")
                               ? "absl::string_view in a public header"
                               : "");
      });
}

Violations CheckNoChrono(const SourceFiles& files) {
  return ForEachLine(
      files, [](const SourceFile& file, const std::string& line) {
        const bool allowed = file.path == "walnats/runtime/real_clock.cc";
        return std::string(!allowed && Contains(Code(line), "chrono")
                               ? "time is absl::Time and absl::Duration"
                               : "");
      });
}

Violations CheckNoHeavyHeaders(const SourceFiles& files) {
  return ForEachLine(
      files, [](const SourceFile& file, const std::string& line) {
        const std::optional<Include> include = ParseInclude(line);
        if (!include || !IsHeader(file)) return std::string();
        const bool heavy =
            IsHeavy(*include) || include->path.starts_with("boost/json");
        return std::string(heavy ? "takes seconds to compile: .cc only" : "");
      });
}

Violations CheckHeavySources(const SourceFiles& files, size_t limit) {
  Violations heavy;
  for (const SourceFile& file : files) {
    if (!IsHeader(file) && IncludesAnything(file, IsHeavy)) {
      heavy.push_back(At(file, 0, "includes heavy Asio headers"));
    }
  }
  return heavy.size() > limit ? heavy : Violations();
}

}  // namespace walnats::style
