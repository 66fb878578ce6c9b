#include "walnats/cli/human.h"

#include <array>
#include <limits>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "walnats/base/strings.h"

namespace walnats::cli {
namespace {

struct Unit {
  const char* name;
  absl::Duration size;
};

const std::array<Unit, 4>& Units() {
  static const std::array<Unit, 4> kUnits = {
      Unit{"d", absl::Hours(24)}, Unit{"h", absl::Hours(1)},
      Unit{"m", absl::Minutes(1)}, Unit{"s", absl::Seconds(1)}};
  return kUnits;
}

// "1.50" -> "1.5", "2.0" -> "2".
std::string WithoutZeros(std::string number) {
  while (number.back() == '0') number.pop_back();
  if (number.back() == '.') number.pop_back();
  return number;
}

absl::Status Misread(std::string_view text, std::string_view expected) {
  return Error(absl::StatusCode::kInvalidArgument, Quoted(text), " is no ",
               expected);
}

}  // namespace

std::string HumanCount(uint64_t count) {
  const std::string digits = Cat(count);
  std::string grouped;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) grouped += ',';
    grouped += digits[i];
  }
  return grouped;
}

std::string HumanBytes(uint64_t bytes) {
  constexpr const char* kUnits[] = {"B",   "KiB", "MiB", "GiB",
                                    "TiB", "PiB", "EiB"};
  if (bytes < 1024) return Cat(bytes, " B");
  auto size = static_cast<double>(bytes);
  int unit = 0;
  // Not 1024, so that nothing is rounded to "1024 KiB".
  for (; size >= 1023.95; size /= 1024) ++unit;
  return Cat(WithoutZeros(absl::StrFormat("%.1f", size)), " ", kUnits[unit]);
}

std::string HumanDuration(absl::Duration duration) {
  if (duration == absl::InfiniteDuration()) return "-";
  if (duration < absl::ZeroDuration()) duration = absl::ZeroDuration();
  if (duration < absl::Milliseconds(995)) {
    return Cat(absl::ToInt64Milliseconds(duration), "ms");
  }
  if (duration < absl::Seconds(10)) {
    const double seconds = absl::ToDoubleSeconds(duration);
    return Cat(WithoutZeros(absl::StrFormat("%.1f", seconds)), "s");
  }
  std::string text;
  int parts = 0;
  for (const Unit& unit : Units()) {
    const int64_t count = absl::IDivDuration(duration, unit.size, &duration);
    if (count == 0 && parts == 0) continue;
    if (count > 0) absl::StrAppend(&text, parts ? " " : "", count, unit.name);
    if (++parts == 2) break;
  }
  return text;
}

std::string HumanTime(absl::Time time) {
  if (time == absl::InfinitePast() || time == absl::InfiniteFuture()) {
    return "-";
  }
  return absl::FormatTime("%Y-%m-%d %H:%M:%E3S", time, absl::UTCTimeZone());
}

std::string Plural(uint64_t count, std::string_view noun) {
  return Cat(HumanCount(count), " ", noun, count == 1 ? "" : "s");
}

absl::StatusOr<absl::Duration> ParseDuration(std::string_view text) {
  constexpr char kExpected[] = "duration like 90s, 10m, 1h30m or 7d";
  std::string_view rest = text;
  absl::Duration days;
  if (const size_t d = rest.find('d'); d != rest.npos) {
    int64_t count = 0;
    if (!absl::SimpleAtoi(ToAbsl(rest.substr(0, d)), &count)) {
      return Misread(text, kExpected);
    }
    days = absl::Hours(24) * count;
    rest.remove_prefix(d + 1);
  }
  absl::Duration duration;
  const bool only_days = rest.empty() && rest.size() != text.size();
  if (!only_days && !absl::ParseDuration(ToAbsl(rest), &duration)) {
    return Misread(text, kExpected);
  }
  duration += days;
  if (duration <= absl::ZeroDuration()) return Misread(text, kExpected);
  return duration;
}

absl::StatusOr<absl::Time> ParseTime(std::string_view text, absl::Time now) {
  if (const auto ago = ParseDuration(text); ago.ok()) return now - *ago;
  absl::Time time;
  std::string why;
  for (const char* format : {absl::RFC3339_full, "%Y-%m-%d"}) {
    if (absl::ParseTime(format, ToAbsl(text), &time, &why)) return time;
  }
  return Misread(text, "time like 2026-11-20T16:00:00Z, 2026-11-20 or 2h");
}

absl::StatusOr<int64_t> ParseBytes(std::string_view text) {
  struct Suffix {
    std::string_view text;
    int64_t factor;
  };
  constexpr Suffix kSuffixes[] = {{"KiB", int64_t{1} << 10},
                                  {"MiB", int64_t{1} << 20},
                                  {"GiB", int64_t{1} << 30},
                                  {"TiB", int64_t{1} << 40},
                                  {"KB", 1'000},
                                  {"MB", 1'000'000},
                                  {"GB", 1'000'000'000},
                                  {"TB", 1'000'000'000'000},
                                  {"B", 1}};
  std::string_view number = text;
  int64_t factor = 1;
  for (const Suffix& suffix : kSuffixes) {
    if (!number.ends_with(suffix.text)) continue;
    number.remove_suffix(suffix.text.size());
    factor = suffix.factor;
    break;
  }
  int64_t count = 0;
  const absl::string_view digits =
      absl::StripTrailingAsciiWhitespace(ToAbsl(number));
  if (!absl::SimpleAtoi(digits, &count) || count < 1 ||
      count > std::numeric_limits<int64_t>::max() / factor) {
    return Misread(text, "size like 500, 64KiB or 1GB");
  }
  return count * factor;
}

}  // namespace walnats::cli
