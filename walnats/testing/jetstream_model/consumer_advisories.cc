#include "walnats/testing/jetstream_model/consumer_advisories.h"

#include <array>

#include "walnats/base/strings.h"

namespace walnats::testing::model {
namespace {

std::string Rfc3339(absl::Time time) {
  if (time == absl::InfinitePast()) return "0001-01-01T00:00:00Z";  // Go's zero
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E*SZ", time, absl::UTCTimeZone());
}

// A reason comes from a client and may hold anything.
std::string Json(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string json = "\"";
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20) {
      json += "\\u00";
      json += kHex[(c >> 4) & 0xf];
      json += kHex[c & 0xf];
      continue;
    }
    if (c == '"' || c == '\\') json += '\\';
    json += c;
  }
  return json + '"';
}

// What every advisory begins with.
std::string Head(std::string_view type, std::string_view stream,
                 std::string_view consumer, uint64_t number, absl::Time now) {
  return Cat(R"({"type":"io.nats.jetstream.advisory.v1.)", type, R"(","id":)",
             Json(Cat(stream, ".", consumer, ".", number)), R"(,"timestamp":")",
             Rfc3339(now), R"(","stream":)", Json(stream), R"(,"consumer":)",
             Json(consumer));
}

std::string Subject(std::string_view event, std::string_view stream,
                    std::string_view consumer) {
  return Cat("$JS.EVENT.ADVISORY.CONSUMER.", event, ".", stream, ".", consumer);
}

std::string AboutDelivery(std::string_view type, const DeliveryId& id,
                          absl::Time now) {
  return Cat(Head(type, id.stream, id.consumer, id.consumer_sequence, now),
             R"(,"consumer_seq":)", id.consumer_sequence, R"(,"stream_seq":)",
             id.stream_sequence, R"(,"deliveries":)", id.delivered);
}

}  // namespace

Advisory MaxDeliveries(const DeliveryId& id, absl::Time now) {
  return {.subject = Subject("MAX_DELIVERIES", id.stream, id.consumer),
          .body = Cat(Head("max_deliver", id.stream, id.consumer,
                           id.stream_sequence, now),
                      R"(,"stream_seq":)", id.stream_sequence,
                      R"(,"deliveries":)", id.delivered, "}")};
}

Advisory MessageNaked(const DeliveryId& id, absl::Time now) {
  return {.subject = Subject("MSG_NAKED", id.stream, id.consumer),
          .body = Cat(AboutDelivery("nak", id, now), "}")};
}

Advisory MessageTerminated(const DeliveryId& id, std::string_view reason,
                           absl::Time now) {
  std::string body = AboutDelivery("terminated", id, now);
  if (!reason.empty()) body += Cat(R"(,"reason":)", Json(reason));
  return {.subject = Subject("MSG_TERMINATED", id.stream, id.consumer),
          .body = Cat(body, "}")};
}

Advisory ConsumerPaused(std::string_view stream, std::string_view consumer,
                        absl::Time until, absl::Time now) {
  const bool paused = now < until;
  return {.subject = Subject("PAUSE", stream, consumer),
          .body = Cat(Head("consumer_pause", stream, consumer,
                           static_cast<uint64_t>(absl::ToUnixNanos(now)), now),
                      R"(,"paused":)", paused ? "true" : "false",
                      R"(,"pause_until":")", Rfc3339(until), R"("})")};
}

}  // namespace walnats::testing::model
