#include "walnats/actor/origin.h"

#include <algorithm>
#include <array>

#include "absl/strings/numbers.h"
#include "walnats/base/strings.h"

namespace walnats::internal {
namespace {

constexpr std::string_view kPrefix = "Walnats-Origin-";
constexpr std::string_view kSubject = "Walnats-Origin-Subject";
constexpr std::string_view kStream = "Walnats-Origin-Stream";
constexpr std::string_view kSequence = "Walnats-Origin-Sequence";
constexpr std::string_view kTime = "Walnats-Origin-Time";
constexpr std::string_view kCreated = "Walnats-Origin-Created";
constexpr std::string_view kGeneration = "Walnats-Origin-Generation";
constexpr std::string_view kLetter = "Walnats-Origin-Letter";
constexpr size_t kHeaders = 7;

// Nanoseconds since the epoch: what the server stores, and nothing rounded.
std::string ToText(absl::Time time) { return Cat(absl::ToUnixNanos(time)); }

template <class T>
bool Read(const transport::Message& message, std::string_view name, T& value) {
  const auto text = message.header(name);
  return text.has_value() && absl::SimpleAtoi(ToAbsl(*text), &value);
}

bool Read(const transport::Message& message, std::string_view name,
          absl::Time& time) {
  int64_t nanos = 0;
  if (!Read(message, name, nanos)) return false;
  time = absl::FromUnixNanos(nanos);
  return true;
}

}  // namespace

Origin OwnOrigin(const transport::Delivery& delivery,
                 absl::Time stream_created) {
  const transport::DeliveryInfo& info = delivery.info();
  return {.subject = delivery.message().subject(),
          .stream = info.stream,
          .sequence = info.stream_sequence,
          .time = info.time,
          .stream_created = stream_created};
}

std::optional<Origin> RedrivenOrigin(const transport::Message& message) {
  Origin origin;
  const auto subject = message.header(kSubject);
  const auto stream = message.header(kStream);
  if (!subject.has_value() || !stream.has_value()) return std::nullopt;
  origin.subject = *subject;
  origin.stream = *stream;
  const bool read = Read(message, kSequence, origin.sequence) &&
                    Read(message, kTime, origin.time) &&
                    Read(message, kCreated, origin.stream_created) &&
                    Read(message, kGeneration, origin.generation) &&
                    Read(message, kLetter, origin.letter);
  if (!read || origin.letter == 0) return std::nullopt;
  return origin;
}

OriginHeaders::OriginHeaders(const Origin& origin) {
  values_.reserve(kHeaders);  // so that the views stay
  Add(kSubject, std::string(origin.subject));
  Add(kStream, std::string(origin.stream));
  Add(kSequence, Cat(origin.sequence));
  Add(kTime, ToText(origin.time));
  Add(kCreated, ToText(origin.stream_created));
  Add(kGeneration, Cat(origin.generation));
  Add(kLetter, Cat(origin.letter));
}

void OriginHeaders::Add(std::string_view name, std::string value) {
  headers_.push_back({name, values_.emplace_back(std::move(value))});
}

bool IsOriginHeader(std::string_view name) { return name.starts_with(kPrefix); }

}  // namespace walnats::internal
