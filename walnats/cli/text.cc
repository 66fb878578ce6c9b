#include "walnats/cli/text.h"

#include <optional>

namespace walnats::cli {
namespace {

constexpr char kDigits[] = "0123456789abcdef";

struct CodePoint {
  char32_t value;
  std::size_t size;
};

std::size_t SequenceSize(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first < 0xe0) return 2;
  if (first >= 0xe0 && first < 0xf0) return 3;
  if (first >= 0xf0 && first < 0xf5) return 4;
  return 0;
}

// The first one of `text`, which is not empty; nullopt if it is none.
std::optional<CodePoint> First(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  const std::size_t size = SequenceSize(first);
  if (size == 0 || size > text.size()) return std::nullopt;
  if (size == 1) return CodePoint{first, 1};
  char32_t value = first & (0xff >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xc0) != 0x80) return std::nullopt;
    value = value << 6 | (byte & 0x3f);
  }
  constexpr char32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = value >= 0xd800 && value < 0xe000;
  if (value < kLeast[size] || value > 0x10ffff || surrogate) {
    return std::nullopt;
  }
  return CodePoint{value, size};
}

// Could steer a terminal, or show text in another order than it has.
bool IsUnsafe(char32_t c) {
  const bool control = c < 0x20 || (c >= 0x7f && c < 0xa0);
  const bool mark = c == 0x61c || c == 0x200e || c == 0x200f ||
                    (c >= 0x2028 && c <= 0x202e) ||
                    (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
  return control || mark;
}

void AppendEscaped(std::string& to, std::string_view bytes) {
  for (char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    to += {'\\', 'x', kDigits[byte >> 4], kDigits[byte & 15]};
  }
}

}  // namespace

bool IsUtf8(std::string_view text) {
  while (!text.empty()) {
    const std::optional<CodePoint> first = First(text);
    if (!first) return false;
    text.remove_prefix(first->size);
  }
  return true;
}

std::string Visible(std::string_view text, bool lines) {
  std::string visible;
  while (!text.empty()) {
    const std::optional<CodePoint> first = First(text);
    const std::size_t size = first ? first->size : 1;
    const bool kept = lines && (text[0] == '\n' || text[0] == '\t');
    if (kept || (first && !IsUnsafe(first->value))) {
      visible += text.substr(0, size);
    } else {
      AppendEscaped(visible, text.substr(0, size));
    }
    text.remove_prefix(size);
  }
  return visible;
}

std::string Printable(std::string_view name) {
  std::string visible = Visible(name);
  if (visible == name && !name.empty()) return visible;
  std::string quoted = "\"";
  for (char c : name) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return Visible(quoted + '"');
}

std::size_t Columns(std::string_view text) {
  std::size_t columns = 0;
  for (char c : text) {
    const bool continues = (static_cast<unsigned char>(c) & 0xc0) == 0x80;
    columns += continues ? 0 : 1;
  }
  return columns;
}

std::string ToUtf8(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::optional<CodePoint> first = First(text);
    const std::size_t size = first ? first->size : 1;
    result += first ? text.substr(0, size) : std::string_view("\xef\xbf\xbd");
    text.remove_prefix(size);
  }
  return result;
}

std::string Hex(std::string_view bytes) {
  std::string hex;
  for (char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    hex += {kDigits[byte >> 4], kDigits[byte & 15]};
  }
  return hex;
}

}  // namespace walnats::cli
