#include <boost/json/object.hpp>

#include "walnats/base/strings.h"
#include "walnats/nats/api_json.h"
#include "walnats/nats/api_json_fields.h"

namespace walnats::nats {

std::string PauseRequest(absl::Time until) {
  return Cat("{\"pause_until\":\"", FormatTimestamp(until), "\"}");
}

std::string ResetRequest(uint64_t sequence) {
  return Cat("{\"seq\":", sequence, "}");
}

absl::Status ParseAccepted(std::string_view json) {
  return ParseAnswer(json, "answer").status();
}

}  // namespace walnats::nats
