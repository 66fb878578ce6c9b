#include "walnats/event/event_checks.h"

#include <mutex>
#include <set>
#include <string>

#include "walnats/base/strings.h"

namespace walnats::internal {
namespace {

struct InternedStrings {
  std::mutex mutex;
  std::set<std::string, std::less<>> strings;
};

// Never destroyed: events are used until the very end of the program.
std::string_view Intern(std::string_view text) {
  static InternedStrings* const interned = new InternedStrings;
  std::lock_guard lock(interned->mutex);
  auto found = interned->strings.find(text);
  if (found == interned->strings.end()) {
    found = interned->strings.emplace(text).first;
  }
  return *found;
}

}  // namespace

absl::StatusOr<EventDeclaration> CheckAndIntern(std::string_view name,
                                                std::string_view description,
                                                const Limits& limits) {
  const Fault fault = CheckEvent(name, description, limits);
  if (fault != Fault::kNone) {
    return Error(absl::StatusCode::kInvalidArgument, "declare event ",
                 Quoted(name.substr(0, 100)), ": ", Describe(fault));
  }
  EventDeclaration declaration{Intern(name), Intern(description), limits};
  for (std::string_view& tag : declaration.limits.tags) tag = Intern(tag);
  return declaration;
}

std::string_view Describe(Fault fault) {
  switch (fault) {
    case Fault::kNone:
      break;
    case Fault::kNameLength:
      return "name must have 1 to 64 characters";
    case Fault::kNameShape:
      return "name must be kebab-case segments joined by single dots";
    case Fault::kNameReserved:
      return "names that begin with \"walnats-\" or \"walnats.\" are reserved";
    case Fault::kDescriptionLength:
      return "description must have at most 4096 bytes";
    case Fault::kLimitNotPositive:
      return "limits must be above zero";
    case Fault::kAgeTooShort:
      return "age must be at least 100 ms";
    case Fault::kMessageSizeTooLarge:
      return "message size must be below 2 GiB";
    case Fault::kDuplicatesTooShort:
      return "duplicate window must be at least 100 ms";
    case Fault::kDuplicatesAboveAge:
      return "duplicate window must not exceed age";
    case Fault::kReplicas:
      return "replicas must be 1 to 5";
  }
  return "";
}

}  // namespace walnats::internal
