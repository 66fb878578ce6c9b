#include "walnats/transport/subject_filter.h"

#include <algorithm>
#include <cassert>

namespace walnats::transport {
namespace {

// Cuts the first token off `subject`, and the dot behind it.
std::string_view TakeToken(std::string_view& subject) {
  const std::size_t end = subject.find('.');
  const std::string_view token = subject.substr(0, end);
  subject.remove_prefix(end == subject.npos ? subject.size() : end + 1);
  return token;
}

}  // namespace

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

bool MatchesAny(std::span<const std::string> filters,
                std::string_view subject) {
  return std::ranges::any_of(filters, [subject](const std::string& filter) {
    return Covers(filter, subject);
  });
}

bool AnyCovered(std::span<const std::string> filters) {
  for (std::size_t i = 0; i < filters.size(); ++i) {
    for (std::size_t j = 0; j < filters.size(); ++j) {
      if (i != j && Covers(filters[i], filters[j])) return true;
    }
  }
  return false;
}

std::string CommonFilter(std::span<const std::string> filters) {
  assert(!filters.empty());
  const std::string& first = filters.front();
  const auto covers_all = [filters](const std::string& outer) {
    return std::ranges::all_of(filters, [&outer](const std::string& filter) {
      return Covers(outer, filter);
    });
  };
  if (covers_all(first)) return first;
  std::string common = first;
  do {
    const std::size_t last = common.rfind('.');
    common.resize(last == common.npos ? 0 : last);
    const std::string wider = common.empty() ? ">" : common + ".>";
    if (covers_all(wider)) return wider;
  } while (!common.empty());
  return ">";
}

}  // namespace walnats::transport
