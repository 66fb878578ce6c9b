#include "tests/simulation/incarnations.h"

#include <algorithm>

namespace walnats::simulation {

void Incarnations::OnMade(std::string_view stream, absl::Time created) {
  created_[std::string(stream)].push_back(created);
}

int Incarnations::At(std::string_view stream, absl::Time time) const {
  const auto found = created_.find(stream);
  if (found == created_.end()) return 0;
  const auto after = std::ranges::upper_bound(found->second, time);
  return std::max(static_cast<int>(after - found->second.begin()) - 1, 0);
}

int Incarnations::Made(std::string_view stream, absl::Time created) const {
  const auto found = created_.find(stream);
  if (found == created_.end()) return 0;
  const auto same = std::ranges::find(found->second, created);
  if (same == found->second.end()) return -1;
  return static_cast<int>(same - found->second.begin());
}

int Incarnations::Last(std::string_view stream) const {
  const auto found = created_.find(stream);
  if (found == created_.end()) return 0;
  return static_cast<int>(found->second.size()) - 1;
}

}  // namespace walnats::simulation
