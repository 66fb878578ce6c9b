#pragma once

// JSON for scripts, written in the order in which it is added:
//
//   JsonObject stream;
//   stream.Add("name", info.name).Add("messages", info.messages);
//   std::puts(stream.text().c_str());

#include <concepts>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace walnats::cli {

// With its quotes; what is no UTF-8 becomes U+FFFD.
std::string JsonText(std::string_view text);

std::string JsonArray(const std::vector<std::string>& items);

class JsonObject {
 public:
  JsonObject& Add(std::string_view name, std::string_view text) {
    return AddJson(name, JsonText(text));
  }
  JsonObject& Add(std::string_view name, const std::string& text) {
    return Add(name, std::string_view(text));
  }
  JsonObject& Add(std::string_view name, const char* text) {
    return Add(name, std::string_view(text));
  }
  JsonObject& Add(std::string_view name, bool value) {
    return AddJson(name, value ? "true" : "false");
  }
  template <std::integral T>
  JsonObject& Add(std::string_view name, T number) {
    return AddJson(name, absl::StrCat(number));
  }
  // In seconds; infinite ones become null.
  JsonObject& Add(std::string_view name, absl::Duration duration);
  // As RFC 3339; infinite ones become null.
  JsonObject& Add(std::string_view name, absl::Time time);
  JsonObject& AddNull(std::string_view name) { return AddJson(name, "null"); }
  // `json` is JSON already.
  JsonObject& AddJson(std::string_view name, std::string_view json);

  std::string text() const { return members_ + '}'; }

 private:
  std::string members_ = "{";
};

}  // namespace walnats::cli
