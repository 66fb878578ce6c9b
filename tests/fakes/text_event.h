#pragma once

// Events whose message is a std::string, for tests that do not care about
// Protobuf.

#include <string>
#include <string_view>

#include "walnats/codec.h"

namespace walnats::testing {

// The text as its bytes; refuses kBroken in both directions.
struct TextCodec {
  static constexpr std::string_view kContentType = "text/plain";
  static constexpr std::string_view kBroken = "broken";

  static std::string_view SchemaName() { return "test.Text"; }
  static absl::Status Encode(const std::string& text, std::string& bytes) {
    if (text == kBroken) return absl::InvalidArgumentError("broken text");
    bytes += text;
    return absl::OkStatus();
  }
  static absl::Status Decode(std::string_view bytes, std::string& text) {
    if (bytes == kBroken) return absl::InvalidArgumentError("broken bytes");
    text = bytes;
    return absl::OkStatus();
  }
};

using TextEvent = Event<std::string, TextCodec>;

inline constexpr TextEvent kParcelSent("parcel.sent");
inline constexpr TextEvent kMailSent(
    "mail-sent",
    {.limits = {.age = absl::Hours(1), .duplicates = absl::Seconds(7)}});
inline constexpr TextEvent kPinged("pinged", {.message_ids = false});

}  // namespace walnats::testing
