#pragma once

// Which dead letters are meant.

#include <string>
#include <string_view>

#include "walnats/dead_letters.h"

namespace walnats::internal {

// Whether `pattern`, in which every '*' stands for any text, is all of `text`.
bool MatchesPattern(std::string_view pattern, std::string_view text);

// Everything but the limit.
bool Matches(const DeadLetterFilter& filter, const DeadLetterEntry& entry);

// The subjects of all letters that may match, and of as few others as subjects
// can tell.
std::string SubjectOf(const DeadLetterFilter& filter);

// Whether it was redriven, whatever has become of it since.
bool IsRedriven(LetterState state);

}  // namespace walnats::internal
