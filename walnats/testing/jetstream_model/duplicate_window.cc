#include "walnats/testing/jetstream_model/duplicate_window.h"

namespace walnats::testing::model {

std::optional<uint64_t> DuplicateWindow::Find(std::string_view id) const {
  const auto found = sequences_.find(id);
  if (found == sequences_.end()) return std::nullopt;
  return found->second;
}

void DuplicateWindow::Add(std::string_view id, uint64_t sequence,
                          absl::Time now) {
  if (!sequences_.emplace(id, sequence).second) return;
  by_time_.push_back({std::string(id), now});
}

void DuplicateWindow::Expire(absl::Time now, absl::Duration window) {
  while (!by_time_.empty() && by_time_.front().time + window <= now) {
    sequences_.erase(by_time_.front().id);
    by_time_.pop_front();
  }
}

absl::Time DuplicateWindow::next(absl::Duration window) const {
  if (by_time_.empty()) return absl::InfiniteFuture();
  return by_time_.front().time + window;
}

void DuplicateWindow::Clear() {
  sequences_.clear();
  by_time_.clear();
}

}  // namespace walnats::testing::model
