#include "walnats/actor/attempt_errors.h"

#include "walnats/base/strings.h"

namespace walnats::internal {
namespace {

constexpr size_t kBrief = 200;

}  // namespace

void AttemptErrors::Add(const Key& message, int64_t attempt, absl::Time at,
                        const absl::Status& status) {
  std::vector<FailedAttempt>& attempts = failed_[message];
  if (attempts.empty()) {
    order_.push_back(message);
    // What was taken or forgotten still stands in the order.
    while (order_.size() > kMessages) {
      if (order_.front() != message) failed_.erase(order_.front());
      order_.pop_front();
    }
  }
  if (attempts.size() == kAttempts) {
    attempts.erase(attempts.begin() + kAttempts / 2);
  }
  attempts.push_back({attempt, at, status.code(),
                      std::string(ToStd(status.message()).substr(0, kBrief))});
}

std::vector<FailedAttempt> AttemptErrors::Of(const Key& message) const {
  const auto found = failed_.find(message);
  if (found == failed_.end()) return {};
  return found->second;
}

int64_t AttemptErrors::Last(const Key& message) const {
  const auto found = failed_.find(message);
  return found == failed_.end() ? 0 : found->second.back().attempt;
}

std::vector<FailedAttempt> AttemptErrors::Take(const Key& message) {
  const auto found = failed_.find(message);
  if (found == failed_.end()) return {};
  std::vector<FailedAttempt> attempts = std::move(found->second);
  failed_.erase(found);
  return attempts;
}

}  // namespace walnats::internal
