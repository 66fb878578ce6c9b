#include "tests/fakes/frame_pull.h"

#include <algorithm>
#include <boost/json/object.hpp>
#include <limits>

#include "absl/strings/numbers.h"
#include "walnats/base/strings.h"
#include "walnats/nats/api_json_fields.h"

namespace walnats::nats {
namespace {

int ToBatch(int64_t number) {
  return static_cast<int>(
      std::clamp<int64_t>(number, 1, std::numeric_limits<int>::max()));
}

}  // namespace

absl::StatusOr<testing::model::PullRequest> ReadPull(std::string_view body) {
  testing::model::PullRequest request;
  if (!body.starts_with('{')) {
    int64_t number = 0;
    if (absl::SimpleAtoi(ToAbsl(body), &number)) {
      request.batch = ToBatch(number);
    }
    return request;
  }
  const auto json = ParseObject(body, "pull");
  if (!json.ok()) return json.status();
  request.batch = ToBatch(ReadInteger(*json, "batch", 1));
  request.expires = ReadDuration(*json, "expires");
  request.no_wait = ReadFlag(*json, "no_wait");
  request.max_bytes = ReadInteger(*json, "max_bytes");
  request.heartbeat =
      ReadNanoseconds(*json, "idle_heartbeat", absl::ZeroDuration());
  return request;
}

}  // namespace walnats::nats
