#include "tests/benchmarks/compare/options.h"

#include <charconv>
#include <string_view>
#include <variant>

#include "walnats/base/strings.h"

namespace walnats::benchmarks {
namespace {

struct Flag {
  std::string_view name;
  std::variant<bool Options::*, int Options::*, int64_t Options::*,
               double Options::*, std::string Options::*>
      member;
};

constexpr Flag kFlags[] = {
    {"--full", &Options::full},
    {"--repeat", &Options::repeat},
    {"--messages", &Options::messages},
    {"--seconds", &Options::seconds},
    {"--tolerance", &Options::tolerance},
    {"--filter", &Options::filter},
    {"--json", &Options::json},
    {"--newest", &Options::newest},
    {"--oldest", &Options::oldest},
    {"--nats-js", &Options::nats_js},
    {"--one", &Options::one},
    {"--prepare", &Options::prepare},
    {"--setting", &Options::setting},
};

constexpr std::string_view kUsage =
    "usage: compare --newest <nats-server> [--oldest <nats-server>] [--full] "
    "[--repeat <rounds>] [--messages <count>] [--seconds <of latency>] "
    "[--tolerance <share>] [--filter <text>] [--json <file>] "
    "[--nats-js <directory>]";

template <class T>
bool Parse(std::string_view text, T& value) {
  const auto end =
      std::from_chars(text.data(), text.data() + text.size(), value);
  return end.ec == std::errc() && end.ptr == text.data() + text.size() &&
         value > 0;
}

bool Parse(std::string_view text, std::string& value) {
  value = text;
  return true;
}

bool Parse(std::string_view, bool&) { return false; }

// Takes the words of a flag; false if they are not good.
bool Take(const Flag& flag, Options& options, char**& word, char** end) {
  if (const auto* given = std::get_if<bool Options::*>(&flag.member)) {
    options.** given = true;
    return true;
  }
  if (++word == end) return false;
  return std::visit([&](auto member) { return Parse(*word, options.*member); },
                    flag.member);
}

}  // namespace

absl::StatusOr<Options> ParseOptions(int argc, char** argv) {
  Options options;
  char** const end = argv + argc;
  for (char** word = argv + 1; word != end; ++word) {
    bool good = false;
    for (const Flag& flag : kFlags) {
      if (flag.name != *word) continue;
      good = Take(flag, options, word, end);
      break;
    }
    if (!good || word == end) return absl::InvalidArgumentError(ToAbsl(kUsage));
  }
  const bool is_child = !options.one.empty() || !options.prepare.empty();
  if (!is_child && options.newest.empty()) {
    return absl::InvalidArgumentError(ToAbsl(kUsage));
  }
  return options;
}

}  // namespace walnats::benchmarks
