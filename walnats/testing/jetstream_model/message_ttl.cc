#include "walnats/testing/jetstream_model/message_ttl.h"

#include <algorithm>
#include <string>

#include "absl/strings/numbers.h"
#include "walnats/base/strings.h"
#include "walnats/testing/jetstream_model/refusals.h"

namespace walnats::testing::model {
namespace {

constexpr char kMarkerReasonHeader[] = "Nats-Marker-Reason";

// Seconds, or a duration as Go writes it; 0 for what is neither, or negative.
// The server drops fractions of a second.
absl::Duration Parse(std::string_view text) {
  if (text == "never") return absl::InfiniteDuration();
  absl::Duration ttl;
  int64_t seconds = 0;
  if (absl::SimpleAtoi(ToAbsl(text), &seconds)) {
    ttl = absl::Seconds(seconds);
  } else if (!absl::ParseDuration(ToAbsl(text), &ttl)) {
    return absl::ZeroDuration();
  }
  return std::max(absl::Floor(ttl, absl::Seconds(1)), absl::ZeroDuration());
}

}  // namespace

std::optional<Refusal> CheckTtl(const PublishRequest& request,
                                const transport::StreamConfig& config,
                                const Version& version) {
  if (request.ttl.empty() || !Has(version, Difference::kMessageTtl)) {
    return std::nullopt;
  }
  if (!config.allow_message_ttl) return TtlsDisabled();
  if (Parse(request.ttl) == absl::ZeroDuration()) return TtlInvalid();
  return std::nullopt;
}

absl::Duration TtlOf(const PublishRequest& request, const Version& version) {
  if (request.ttl.empty() || !Has(version, Difference::kMessageTtl)) {
    return absl::InfiniteDuration();
  }
  return Parse(request.ttl);
}

std::optional<transport::StoredMessage> MarkerFor(
    const transport::StoredMessage& last, const transport::StreamConfig& config,
    absl::Time now) {
  const bool is_marker = std::ranges::any_of(
      last.headers, [](const transport::StoredHeader& header) {
        return header.name == kMarkerReasonHeader;
      });
  if (!config.subject_delete_marker_ttl || is_marker) return std::nullopt;
  transport::StoredMessage marker;
  marker.subject = last.subject;
  marker.time = now;
  marker.headers = {
      {kMarkerReasonHeader, "MaxAge"},
      {kTtlHeader,
       Cat(absl::ToInt64Seconds(*config.subject_delete_marker_ttl), "s")}};
  return marker;
}

}  // namespace walnats::testing::model
