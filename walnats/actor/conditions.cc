#include "walnats/actor/conditions.h"

#include <algorithm>

#include "walnats/base/log.h"
#include "walnats/base/strings.h"

namespace walnats {

std::string_view ToString(ConditionKind kind) {
  switch (kind) {
    case ConditionKind::kDisconnected:
      return "disconnected";
    case ConditionKind::kStalled:
      return "stalled";
    case ConditionKind::kConsumerMissing:
      return "consumer missing";
    case ConditionKind::kStreamMissing:
      return "stream missing";
    case ConditionKind::kIncarnationChanged:
      return "stream made again";
    case ConditionKind::kDataLost:
      return "data lost";
    case ConditionKind::kConfigDrift:
      return "configuration differs";
    case ConditionKind::kDeadUnstored:
      return "dead letters not stored";
    case ConditionKind::kPaused:
      return "paused";
    case ConditionKind::kBreakerOpen:
      return "circuit breaker open";
    case ConditionKind::kRedriveUnroutable:
      return "redrive without its actor";
  }
  return "?";
}

namespace internal {
namespace {

// Nobody needs to act on what the others mean: they heal, or were wanted.
bool NeedsAPerson(ConditionKind kind) {
  return kind == ConditionKind::kIncarnationChanged ||
         kind == ConditionKind::kDataLost ||
         kind == ConditionKind::kDeadUnstored;
}

}  // namespace

void Conditions::Begin(ConditionKind kind, std::string_view object,
                       std::string detail) {
  Condition begun{kind, std::string(object), std::move(detail), clock_.Now()};
  {
    std::lock_guard lock(mutex_);
    auto [found, added] = standing_.try_emplace({kind, begun.object}, begun);
    if (!added) {
      found->second.detail = std::move(begun.detail);
      return;
    }
  }
  Log(NeedsAPerson(kind) ? LogLevel::kError : LogLevel::kWarning, begun.object,
      ": ", ToString(kind), ": ", begun.detail);
  Tell(begun, true);
}

void Conditions::End(ConditionKind kind, std::string_view object,
                     std::string_view how) {
  Condition ended;
  {
    std::lock_guard lock(mutex_);
    const auto found = standing_.find({kind, std::string(object)});
    if (found == standing_.end()) return;
    ended = std::move(found->second);
    standing_.erase(found);
  }
  Log(LogLevel::kWarning, object, ": no longer ", ToString(kind), ", after ",
      absl::FormatDuration(clock_.Now() - ended.since), how.empty() ? "" : ", ",
      how);
  Tell(ended, false);
}

void Conditions::Tell(const Condition& condition, bool begun) const {
  for (const std::shared_ptr<Observer>& observer : observers_) {
    observer->OnCondition(condition, begun);
  }
}

std::vector<Condition> Conditions::current() const {
  std::vector<Condition> all;
  {
    std::lock_guard lock(mutex_);
    for (const auto& [key, condition] : standing_) all.push_back(condition);
  }
  std::ranges::stable_sort(all, {}, &Condition::since);
  return all;
}

bool Conditions::stands(ConditionKind kind, std::string_view object) const {
  std::lock_guard lock(mutex_);
  return standing_.contains({kind, std::string(object)});
}

std::string ActorObject(std::string_view actor, std::string_view event) {
  return Cat("actor \"", actor, "\" of \"", event, "\"");
}

std::string StreamObject(std::string_view stream) {
  return Cat("stream \"", stream, "\"");
}

}  // namespace internal
}  // namespace walnats
