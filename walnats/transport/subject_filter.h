#pragma once

// Filters of subjects as JetStream reads them: tokens between dots, where `*`
// is one token and a last `>` is one or more.

#include <span>
#include <string>
#include <string_view>

namespace walnats::transport {

// Whether `outer` matches everything that `inner`, a subject or another filter,
// matches.
bool Covers(std::string_view outer, std::string_view inner);

bool MatchesAny(std::span<const std::string> filters, std::string_view subject);

// Whether one of them covers another; servers refuse those of one consumer.
bool AnyCovered(std::span<const std::string> filters);

// One filter that covers them all: what they begin with, then `>`. At least
// one filter.
std::string CommonFilter(std::span<const std::string> filters);

}  // namespace walnats::transport
