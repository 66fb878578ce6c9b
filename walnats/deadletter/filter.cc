#include "walnats/deadletter/filter.h"

#include <algorithm>

#include "walnats/base/strings.h"
#include "walnats/deadletter/proto_time.h"
#include "walnats/v1/dead_letter.pb.h"

namespace walnats::internal {
namespace {

bool IsEither(std::string_view wanted, std::string_view value) {
  return wanted.empty() || wanted == value;
}

bool HasHeader(const v1::DeadLetter& letter, std::string_view name,
               std::string_view value) {
  return std::ranges::any_of(letter.headers(), [&](const v1::Header& header) {
    return header.name() == name &&
           (value.empty() || MatchesPattern(value, header.value()));
  });
}

}  // namespace

bool MatchesPattern(std::string_view pattern, std::string_view text) {
  // Where to go on if what follows the last '*' does not match here.
  std::size_t star = std::string_view::npos;
  std::size_t resume = 0;
  std::size_t p = 0;
  std::size_t t = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

bool IsRedriven(LetterState state) {
  return state != LetterState::kDead && state != LetterState::kParked;
}

bool Matches(const DeadLetterFilter& filter, const DeadLetterEntry& entry) {
  const v1::DeadLetter& letter = *entry.letter;
  const absl::Time died_at = FromProto(letter.died_at());
  return (filter.redriven || !IsRedriven(entry.state)) &&
         IsEither(filter.service, letter.service()) &&
         IsEither(filter.actor, letter.actor()) &&
         IsEither(filter.event, letter.event()) &&
         IsEither(filter.code, letter.code()) &&
         IsEither(filter.key, letter.key()) &&
         (filter.error.empty() ||
          MatchesPattern(filter.error, letter.error())) &&
         (filter.header.empty() ||
          HasHeader(letter, filter.header, filter.header_value)) &&
         filter.died_from <= died_at && died_at < filter.died_until &&
         (filter.letters.empty() ||
          std::ranges::count(filter.letters, entry.number) > 0);
}

std::string SubjectOf(const DeadLetterFilter& filter) {
  std::string stream = filter.event.empty() ? "*" : filter.event;
  std::ranges::replace(stream, '.', '-');
  const std::string actor = filter.actor.empty() ? "*" : filter.actor;
  return Cat("walnats-dead.", stream, ".", actor, ".*.*");
}

}  // namespace walnats::internal
