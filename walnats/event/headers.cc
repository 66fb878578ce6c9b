#include "walnats/event/headers.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <system_error>

#include "absl/strings/ascii.h"
#include "absl/strings/str_format.h"
#include "walnats/base/strings.h"

namespace walnats {
namespace {

bool IsTokenCharacter(char c) {
  constexpr std::string_view kPunctuation = "!#$%&'*+-.^_`|~";
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
         kPunctuation.find(c) != std::string_view::npos;
}

bool IsToken(std::string_view name) {
  return !name.empty() &&
         std::all_of(name.begin(), name.end(), IsTokenCharacter);
}

}  // namespace

std::string EncodeDelay(absl::Time due) {
  const int64_t micros = absl::ToUnixMicros(due);
  const uint64_t magnitude =
      micros < 0 ? -static_cast<uint64_t>(micros) : micros;
  std::string value =
      absl::StrFormat("%s%d.%06d", micros < 0 ? "-" : "", magnitude / 1'000'000,
                      magnitude % 1'000'000);
  // As Python: no zeros at the end, but one digit after the point.
  const size_t last = value.find_last_not_of('0');
  value.resize(value[last] == '.' ? last + 2 : last + 1);
  return value;
}

std::optional<absl::Time> DecodeDelay(std::string_view value) {
  double seconds = 0;
  const char* const end = value.data() + value.size();
  const auto [rest, error] = std::from_chars(value.data(), end, seconds);
  if (error != std::errc() || rest != end) return std::nullopt;
  // Also false for NaN. Microseconds beyond do not fit into 64 bits.
  if (!(std::abs(seconds) < 9e12)) return std::nullopt;
  return absl::FromUnixMicros(std::llround(seconds * 1e6));
}

absl::Status CheckHeader(const Header& header) {
  constexpr std::string_view kForbidden("\r\n\0", 3);
  if (!IsToken(header.name)) {
    return Error(absl::StatusCode::kFailedPrecondition, "set header ",
                 Quoted(header.name), ": name must be a token of RFC 9110");
  }
  if (header.value.find_first_of(kForbidden) != std::string_view::npos) {
    return Error(absl::StatusCode::kFailedPrecondition, "set header ",
                 Quoted(header.name), ": value must not hold CR, LF or NUL");
  }
  if (header.value.empty()) {
    return Error(absl::StatusCode::kFailedPrecondition, "set header ",
                 Quoted(header.name), ": value must not be empty");
  }
  return absl::OkStatus();
}

absl::Status CheckHeaders(std::span<const Header> headers) {
  for (const Header& header : headers) {
    absl::Status status = CheckHeader(header);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace walnats
