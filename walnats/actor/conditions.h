#pragma once

// What is wrong now, each thing said once when it begins and once when it ends:
// in the log, to the observers, in Health.

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "walnats/clock.h"
#include "walnats/health.h"
#include "walnats/observer.h"

namespace walnats::internal {

class Conditions {
 public:
  // Both outlive it.
  Conditions(const Clock& clock,
             const std::vector<std::shared_ptr<Observer>>& observers)
      : clock_(clock), observers_(observers) {}

  // ---- the connection's thread
  // Of one that stands already only the detail is renewed.
  void Begin(ConditionKind kind, std::string_view object, std::string detail);
  // Nothing if it does not stand. `how` it is now, for people, if there is
  // something to say.
  void End(ConditionKind kind, std::string_view object,
           std::string_view how = {});
  // The same by whether `detail` says something.
  void Set(ConditionKind kind, std::string_view object, std::string detail) {
    if (detail.empty()) return End(kind, object);
    Begin(kind, object, std::move(detail));
  }

  // Any thread; the oldest first.
  std::vector<Condition> current() const;
  bool stands(ConditionKind kind, std::string_view object) const;

 private:
  using Key = std::pair<ConditionKind, std::string>;
  void Tell(const Condition& condition, bool begun) const;

  const Clock& clock_;
  const std::vector<std::shared_ptr<Observer>>& observers_;
  mutable std::mutex mutex_;
  std::map<Key, Condition> standing_;  // guarded
};

// `actor "mailer" of "shop.order-placed"`, `stream "shop-order-placed"`.
std::string ActorObject(std::string_view actor, std::string_view event);
std::string StreamObject(std::string_view stream);

}  // namespace walnats::internal
