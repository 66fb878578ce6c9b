#pragma once

// What may be declared: one set of rules, for the compiler (RequireEvent) and
// for run time (CheckAndIntern).

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "walnats/limits.h"

namespace walnats::internal {

enum class Fault {
  kNone,
  kNameLength,
  kNameShape,
  kNameReserved,
  kDescriptionLength,
  kLimitNotPositive,
  kAgeTooShort,
  kMessageSizeTooLarge,
  kDuplicatesTooShort,
  kDuplicatesAboveAge,
  kReplicas,
};

// Lower-case letters and digits in words joined by single hyphens; words in
// segments joined by single dots if `dots`.
constexpr bool IsKebabCase(std::string_view name, bool dots) {
  bool word = false;  // the previous character belongs to a word
  for (char c : name) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (!letter && !(word && (c == '-' || (dots && c == '.')))) return false;
    word = letter;
  }
  return word;
}

constexpr bool IsReserved(std::string_view name) {
  return name.starts_with("walnats-") || name.starts_with("walnats.");
}

constexpr Fault CheckName(std::string_view name, bool dots) {
  if (name.empty() || name.size() > 64) return Fault::kNameLength;
  if (!IsKebabCase(name, dots)) return Fault::kNameShape;
  return IsReserved(name) ? Fault::kNameReserved : Fault::kNone;
}

constexpr Fault CheckLimits(const Limits& limits) {
  const absl::Duration least = absl::Milliseconds(100);
  for (int64_t limit : {limits.messages, limits.bytes, limits.message_size,
                        limits.consumers, limits.per_subject}) {
    if (limit <= 0) return Fault::kLimitNotPositive;
  }
  if (limits.age <= absl::ZeroDuration()) return Fault::kLimitNotPositive;
  if (limits.age < least) return Fault::kAgeTooShort;
  if (limits.message_size != kUnlimited && limits.message_size > 0x7fffffff) {
    return Fault::kMessageSizeTooLarge;
  }
  if (limits.duplicates != absl::ZeroDuration()) {
    if (limits.duplicates < least) return Fault::kDuplicatesTooShort;
    if (limits.duplicates > limits.age) return Fault::kDuplicatesAboveAge;
  }
  if (limits.replicas < 1 || limits.replicas > 5) return Fault::kReplicas;
  return Fault::kNone;
}

constexpr Fault CheckEvent(std::string_view name, std::string_view description,
                           const Limits& limits) {
  if (Fault fault = CheckName(name, true); fault != Fault::kNone) return fault;
  if (description.size() > 4096) return Fault::kDescriptionLength;
  return CheckLimits(limits);
}

// Not constexpr on purpose: that the compiler cannot call them is the error.
void EventNameMustHave1To64Characters();
void EventNameMustBeKebabCaseSegmentsJoinedByDots();
void EventNameMustNotBeginWithWalnats();
void EventDescriptionMustHaveAtMost4096Bytes();
void EventLimitsMustBeAboveZero();
void EventAgeMustBeAtLeast100Milliseconds();
void EventMessageSizeMustBeBelow2GiB();
void EventDuplicatesMustBeAtLeast100Milliseconds();
void EventDuplicatesMustNotExceedAge();
void EventReplicasMustBe1To5();

consteval void RequireEvent(std::string_view name, std::string_view description,
                            const Limits& limits) {
  switch (CheckEvent(name, description, limits)) {
    case Fault::kNone:
      break;
    case Fault::kNameLength:
      EventNameMustHave1To64Characters();
      break;
    case Fault::kNameShape:
      EventNameMustBeKebabCaseSegmentsJoinedByDots();
      break;
    case Fault::kNameReserved:
      EventNameMustNotBeginWithWalnats();
      break;
    case Fault::kDescriptionLength:
      EventDescriptionMustHaveAtMost4096Bytes();
      break;
    case Fault::kLimitNotPositive:
      EventLimitsMustBeAboveZero();
      break;
    case Fault::kAgeTooShort:
      EventAgeMustBeAtLeast100Milliseconds();
      break;
    case Fault::kMessageSizeTooLarge:
      EventMessageSizeMustBeBelow2GiB();
      break;
    case Fault::kDuplicatesTooShort:
      EventDuplicatesMustBeAtLeast100Milliseconds();
      break;
    case Fault::kDuplicatesAboveAge:
      EventDuplicatesMustNotExceedAge();
      break;
    case Fault::kReplicas:
      EventReplicasMustBe1To5();
      break;
  }
}

struct EventDeclaration {
  std::string_view name;
  std::string_view description;
  Limits limits;
};

// The same rules at run time: InvalidArgument says what is wrong with which
// event. On success all strings (tags too) are copied and never freed.
absl::StatusOr<EventDeclaration> CheckAndIntern(std::string_view name,
                                                std::string_view description,
                                                const Limits& limits);

// "must be kebab-case ...": the sentence for people; empty for kNone.
std::string_view Describe(Fault fault);

}  // namespace walnats::internal
