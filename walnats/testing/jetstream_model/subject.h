#pragma once

// Subjects and their wildcards: `*` is one token, a last `>` one or more.

#include <span>
#include <string>
#include <string_view>

namespace walnats::testing::model {

// No empty token, blank or control character; wildcards stand alone.
bool IsSubject(std::string_view subject);
bool IsLiteral(std::string_view subject);
// One token of a subject, as a name is in the subject of a request.
bool IsToken(std::string_view name);

bool Matches(std::string_view pattern, std::string_view literal);
// Any of them; none at all matches everything.
bool MatchesAny(std::span<const std::string> patterns,
                std::string_view literal);
// Whether a literal exists that both match.
bool Overlap(std::string_view one, std::string_view other);
// Whether `outer` matches everything that `inner` matches.
bool Covers(std::string_view outer, std::string_view inner);

}  // namespace walnats::testing::model
