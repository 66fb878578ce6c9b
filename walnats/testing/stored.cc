#include "walnats/testing/stored.h"

#include <utility>

#include "walnats/event/headers.h"

namespace walnats::testing {

StoredBytes::StoredBytes(transport::StoredMessage stored)
    : sequence(stored.sequence),
      time(stored.time),
      headers(std::move(stored.headers)),
      body(std::move(stored.body)) {
  id = header(kMessageIdHeader).value_or("");
  trace = header(kTraceHeader).value_or("");
}

std::optional<std::string_view> StoredBytes::header(
    std::string_view name) const {
  for (const transport::StoredHeader& one : headers) {
    if (one.name == name) return one.value;
  }
  return std::nullopt;
}

void PrintTo(const StoredBytes& stored, std::ostream* out) {
  *out << "message " << stored.sequence << " at "
       << absl::FormatTime(stored.time, absl::UTCTimeZone());
  if (!stored.id.empty()) *out << ", id " << stored.id;
}

}  // namespace walnats::testing
