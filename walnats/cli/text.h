#pragma once

// Text from outside, made fit for a terminal or for JSON: what others have
// named or stored may hold anything.

#include <cstddef>
#include <string>
#include <string_view>

namespace walnats::cli {

bool IsUtf8(std::string_view text);

// `text` with every byte escaped ("\x1b") by which it could steer a terminal or
// change the order of what is read: control characters, bidirectional marks,
// what is no UTF-8. Line feeds and tabs stay with `lines`.
std::string Visible(std::string_view text, bool lines = false);

// A name as it is, or quoted and escaped where Visible would change it.
std::string Printable(std::string_view name);

// Columns that visible text takes: its code points.
std::size_t Columns(std::string_view text);

// What is no UTF-8 becomes U+FFFD.
std::string ToUtf8(std::string_view text);

// "0a1b2c".
std::string Hex(std::string_view bytes);

}  // namespace walnats::cli
