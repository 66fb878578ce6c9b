#pragma once

// Debian's Abseil has a string_view of its own. The API speaks std's; these
// carry it into Abseil's functions.

#include <string>
#include <string_view>
#include <type_traits>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace walnats {

inline absl::string_view ToAbsl(std::string_view text) {
  return absl::string_view(text.data(), text.size());
}

inline std::string_view ToStd(absl::string_view text) {
  return std::string_view(text.data(), text.size());
}

// Everything that is no std::string_view goes to absl::StrCat as it is.
template <class T>
decltype(auto) ToAlphaNum(const T& part) {
  if constexpr (std::is_same_v<T, std::string_view>) {
    return ToAbsl(part);
  } else {
    return (part);
  }
}

// absl::StrCat that also takes std::string_view.
template <class... Parts>
std::string Cat(const Parts&... parts) {
  return absl::StrCat(ToAlphaNum(parts)...);
}

// A Status whose message is the parts in a row:
// `Error(absl::StatusCode::kNotFound, "stream \"", name, "\": ...")`.
template <class... Parts>
absl::Status Error(absl::StatusCode code, const Parts&... parts) {
  return absl::Status(code, Cat(parts...));
}

// `text` in double quotes, with `\` before quotes, `\n` for line feeds and
// `\xNN` for other control characters: for names from outside in messages.
std::string Quoted(std::string_view text);

}  // namespace walnats
