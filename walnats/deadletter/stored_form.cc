#include "walnats/deadletter/stored_form.h"

#include <cstddef>

namespace walnats::internal {
namespace {

constexpr std::size_t kBrief = 200;

// How many bytes the character takes that `text` begins with; 0 if it is none.
// Unicode 15, table 3-7.
std::size_t CharacterLength(std::string_view text) {
  auto byte = [&](std::size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return 0;
  // Not longer than need be, no surrogate, not above U+10FFFF.
  const uint8_t low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
  const uint8_t high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
  if (byte(1) < low || byte(1) > high) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  return length;
}

void MakeTextValid(v1::DeadLetter& letter) {
  letter.set_error(ValidText(letter.error()));
  letter.set_key(ValidText(letter.key()));
  letter.set_subject(ValidText(letter.subject()));
  letter.set_service_version(ValidText(letter.service_version()));
  for (v1::AttemptError& error : *letter.mutable_errors()) {
    error.set_error(ValidText(error.error()));
  }
}

void LeaveOutBody(v1::DeadLetter& letter) {
  letter.clear_body();
  letter.set_body_left_out(true);
}

void LeaveOutHeaders(v1::DeadLetter& letter) { letter.clear_headers(); }

void LeaveOutErrors(v1::DeadLetter& letter) { letter.clear_errors(); }

void CutError(v1::DeadLetter& letter) {
  letter.set_error(ValidText(letter.error().substr(0, kBrief)));
}

}  // namespace

std::string StoredForm(v1::DeadLetter letter, int64_t limit) {
  MakeTextValid(letter);
  for (auto leave_out :
       {LeaveOutBody, LeaveOutHeaders, LeaveOutErrors, CutError}) {
    if (static_cast<int64_t>(letter.ByteSizeLong()) <= limit) break;
    leave_out(letter);
  }
  return letter.SerializeAsString();
}

std::string ValidText(std::string_view text) {
  std::string valid;
  valid.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = CharacterLength(text);
    if (length == 0) {
      valid += "\uFFFD";
      text.remove_prefix(1);
    } else {
      valid += text.substr(0, length);
      text.remove_prefix(length);
    }
  }
  return valid;
}

}  // namespace walnats::internal
