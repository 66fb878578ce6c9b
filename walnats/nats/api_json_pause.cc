#include <algorithm>
#include <boost/json/object.hpp>

#include "walnats/base/strings.h"
#include "walnats/nats/api_json.h"
#include "walnats/nats/api_json_fields.h"

namespace walnats::nats {

std::string PauseRequest(absl::Time until) {
  if (until <= absl::UnixEpoch()) return "{}";
  // RFC 3339 has four digits for the year.
  const absl::Time last = absl::FromUnixSeconds(253'402'300'799);
  until = std::min(until, last);
  return Cat("{\"pause_until\":\"", FormatTimestamp(until), "\"}");
}

std::string ResetRequest(uint64_t sequence) {
  return Cat("{\"seq\":", sequence, "}");
}

absl::Status ParseAccepted(std::string_view json) {
  return ParseAnswer(json, "answer").status();
}

}  // namespace walnats::nats
