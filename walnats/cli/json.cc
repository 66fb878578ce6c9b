#include "walnats/cli/json.h"

#include "absl/strings/str_join.h"
#include "walnats/cli/text.h"

namespace walnats::cli {

std::string JsonText(std::string_view text) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string json = "\"";
  for (char c : ToUtf8(text)) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      json += {'\\', c};
    } else if (c == '\n') {
      json += "\\n";
    } else if (c == '\t') {
      json += "\\t";
    } else if (byte < 0x20 || byte == 0x7f) {
      json += {'\\', 'u', '0', '0', kDigits[byte >> 4], kDigits[byte & 15]};
    } else {
      json += c;
    }
  }
  return json + '"';
}

std::string JsonArray(const std::vector<std::string>& items) {
  return absl::StrCat("[", absl::StrJoin(items, ","), "]");
}

JsonObject& JsonObject::Add(std::string_view name, absl::Duration duration) {
  if (duration == absl::InfiniteDuration()) return AddNull(name);
  return AddJson(name, absl::StrCat(absl::ToDoubleSeconds(duration)));
}

JsonObject& JsonObject::Add(std::string_view name, absl::Time time) {
  if (time == absl::InfinitePast() || time == absl::InfiniteFuture()) {
    return AddNull(name);
  }
  return Add(name, absl::FormatTime(time, absl::UTCTimeZone()));
}

JsonObject& JsonObject::AddJson(std::string_view name, std::string_view json) {
  if (members_.size() > 1) members_ += ',';
  members_ += JsonText(name);
  members_ += ':';
  members_ += json;
  return *this;
}

}  // namespace walnats::cli
