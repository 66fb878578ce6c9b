#include "walnats/health.h"

#include <algorithm>

#include "walnats/base/strings.h"

namespace walnats {
namespace {

std::string_view Name(Phase phase) {
  switch (phase) {
    case Phase::kNew:
      return "not started";
    case Phase::kConnecting:
      return "connecting";
    case Phase::kRunning:
      return "running";
    case Phase::kDraining:
      return "draining";
    case Phase::kStopped:
      return "stopped";
  }
  return "?";
}

bool StopsWork(const Condition& condition) {
  switch (condition.kind) {
    case ConditionKind::kDisconnected:
    case ConditionKind::kStalled:
    case ConditionKind::kConsumerMissing:
    case ConditionKind::kStreamMissing:
    case ConditionKind::kIncarnationChanged:
    case ConditionKind::kDeadUnstored:
      return true;
    case ConditionKind::kDataLost:
    case ConditionKind::kConfigDrift:
    case ConditionKind::kPaused:
    case ConditionKind::kBreakerOpen:
    case ConditionKind::kRedriveUnroutable:
      return false;
  }
  return false;
}

}  // namespace

bool Health::ready() const {
  auto well = [](const auto& part) { return part.problem.empty(); };
  return phase == Phase::kRunning && connected && problem.empty() &&
         std::none_of(conditions.begin(), conditions.end(), StopsWork) &&
         std::all_of(actors.begin(), actors.end(), well) &&
         std::all_of(producers.begin(), producers.end(), well);
}

std::string Health::Describe() const {
  std::string text(Name(phase));
  if (!server.empty()) text += Cat(", ", server);
  text += connected ? "\n" : ", not connected\n";
  if (!problem.empty()) text += Cat("connection: ", problem, "\n");
  for (const ActorHealth& actor : actors) {
    if (actor.problem.empty()) continue;
    text += Cat("actor \"", actor.name, "\": ", actor.problem, "\n");
  }
  for (const ProducerHealth& producer : producers) {
    if (producer.problem.empty()) continue;
    text += Cat("producer \"", producer.name, "\": ", producer.problem, "\n");
  }
  for (const Condition& condition : conditions) {
    text += Cat(condition.object, ": ", ToString(condition.kind), " since ",
                absl::FormatTime(condition.since, absl::UTCTimeZone()), ": ",
                condition.detail, "\n");
  }
  for (const std::string& warning : warnings) {
    text += Cat("warning: ", warning, "\n");
  }
  return text;
}

}  // namespace walnats
