#pragma once

// What a dead letter is made into before it is stored: text that every reader
// accepts, and no more bytes than the server takes.

#include <cstdint>
#include <string>
#include <string_view>

#include "walnats/v1/dead_letter.pb.h"

namespace walnats::internal {

// The letter in at most `limit` bytes: what is too long loses its body, then
// its headers, then the errors of earlier attempts, then the end of its last
// error. Nothing that names the message is ever left out.
std::string StoredForm(v1::DeadLetter letter, int64_t limit);

// `text` with U+FFFD in place of every byte that is not UTF-8: Protobuf writes
// a string that is not, and then refuses to read it.
std::string ValidText(std::string_view text);

}  // namespace walnats::internal
