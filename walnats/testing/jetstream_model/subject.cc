#include "walnats/testing/jetstream_model/subject.h"

#include <algorithm>

namespace walnats::testing::model {
namespace {

// Cuts the first token off `subject`, and the point behind it.
std::string_view TakeToken(std::string_view& subject) {
  const size_t end = subject.find('.');
  const std::string_view token = subject.substr(0, end);
  subject.remove_prefix(end == subject.npos ? subject.size() : end + 1);
  return token;
}

bool IsBlank(char c) { return static_cast<unsigned char>(c) <= ' '; }

bool IsWildcard(std::string_view token) { return token == "*" || token == ">"; }

}  // namespace

bool IsSubject(std::string_view subject) {
  if (subject.empty() || subject.back() == '.') return false;
  if (std::any_of(subject.begin(), subject.end(), IsBlank)) return false;
  while (!subject.empty()) {
    const std::string_view token = TakeToken(subject);
    if (token.empty() || (token == ">" && !subject.empty())) return false;
  }
  return true;
}

bool IsLiteral(std::string_view subject) {
  while (!subject.empty()) {
    if (IsWildcard(TakeToken(subject))) return false;
  }
  return true;
}

bool IsToken(std::string_view name) {
  return IsSubject(name) && name.find('.') == name.npos;
}

bool Matches(std::string_view pattern, std::string_view literal) {
  return Covers(pattern, literal);
}

bool MatchesAny(std::span<const std::string> patterns,
                std::string_view literal) {
  return patterns.empty() || std::any_of(patterns.begin(), patterns.end(),
                                         [literal](const std::string& pattern) {
                                           return Matches(pattern, literal);
                                         });
}

bool Overlap(std::string_view one, std::string_view other) {
  while (!one.empty() && !other.empty()) {
    const std::string_view left = TakeToken(one);
    const std::string_view right = TakeToken(other);
    if (left == ">" || right == ">") return true;
    if (left != right && left != "*" && right != "*") return false;
  }
  return one.empty() && other.empty();
}

bool Covers(std::string_view outer, std::string_view inner) {
  while (!outer.empty() && !inner.empty()) {
    const std::string_view pattern = TakeToken(outer);
    const std::string_view token = TakeToken(inner);
    if (pattern == ">") return true;
    if (token == ">") return false;
    if (pattern != token && pattern != "*") return false;
  }
  return outer.empty() && inner.empty();
}

}  // namespace walnats::testing::model
