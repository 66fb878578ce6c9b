#pragma once

// The message of these tests: a text as it stands.

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "walnats/event.h"

namespace walnats {

struct Note {
  std::string text;
};

struct NoteCodec {
  static constexpr std::string_view kContentType = "text/plain";
  static std::string_view SchemaName() { return "note"; }
  static absl::Status Encode(const Note& note, std::string& bytes) {
    bytes += note.text;
    return absl::OkStatus();
  }
  static absl::Status Decode(std::string_view bytes, Note& note) {
    note.text = bytes;
    return absl::OkStatus();
  }
};

using NoteEvent = Event<Note, NoteCodec>;

}  // namespace walnats
