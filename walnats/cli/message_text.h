#pragma once

// A stored message as a line: for people, or for scripts.

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "walnats/cli/decoder.h"
#include "walnats/transport/stored.h"

namespace walnats::cli {

// "message", "text" or "hex": under which name JSON shows a body.
std::string_view NameOf(Body::Form form);

// The body as JSON: itself, or a string.
std::string JsonOf(const Body& body);

// {"name":["value",...],...}, names in their order.
std::string JsonOf(const std::vector<transport::StoredHeader>& headers);

// {"sequence":..., "time":..., "subject":..., "headers":..., "message":...}
std::string MessageJson(const transport::StoredMessage& message,
                        const Decoder& decoder);

// "12  2026-11-20 16:00:00.123  {...}", hexadecimal bodies with their size and
// cut where they are long. Without the line feed.
std::string MessageLine(const transport::StoredMessage& message,
                        const Decoder& decoder, bool color);

}  // namespace walnats::cli
