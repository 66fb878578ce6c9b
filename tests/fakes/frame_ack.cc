#include "tests/fakes/frame_ack.h"

#include <boost/json/object.hpp>

#include "absl/strings/ascii.h"
#include "absl/time/time.h"
#include "walnats/base/strings.h"
#include "walnats/nats/api_json_fields.h"

namespace walnats::nats {
namespace {

namespace model = testing::model;

constexpr std::string_view kNak = "-NAK";
constexpr std::string_view kTerm = "+TERM";
constexpr std::string_view kNext = "+NXT";

std::string_view Trim(std::string_view text) {
  return ToStd(absl::StripAsciiWhitespace(ToAbsl(text)));
}

// What it cannot read counts as no delay.
absl::Duration ReadDelay(std::string_view text) {
  if (text.starts_with('{')) {
    const auto options = ParseObject(text, "nak");
    if (!options.ok()) return absl::ZeroDuration();
    return ReadNanoseconds(*options, "delay", absl::ZeroDuration());
  }
  absl::Duration delay;
  return absl::ParseDuration(ToAbsl(text), &delay) ? delay
                                                   : absl::ZeroDuration();
}

}  // namespace

std::string WriteAckSubject(const model::Deliver& delivery) {
  const model::DeliveryId& id = delivery.id;
  return Cat("$JS.ACK.", id.stream, ".", id.consumer, ".", id.delivered, ".",
             id.stream_sequence, ".", id.consumer_sequence, ".",
             absl::ToUnixNanos(delivery.message->time), ".", delivery.pending);
}

std::optional<model::Settlement> ReadSettlement(std::string_view body,
                                                const model::Version& version) {
  if (body.empty() || body == "+ACK" || body == "+OK" ||
      body.starts_with(kNext)) {
    return transport::Ack{};
  }
  if (body == "+WPI") return model::InProgress{};
  if (body.starts_with(kNak)) {
    return transport::Nak{ReadDelay(Trim(body.substr(kNak.size())))};
  }
  const bool reasons = Has(version, model::Difference::kTermReason);
  if (body == kTerm || (reasons && body.starts_with(kTerm))) {
    return transport::Term{Trim(body.substr(kTerm.size()))};
  }
  return std::nullopt;
}

std::optional<std::string_view> ReadNext(std::string_view body) {
  if (!body.starts_with(kNext)) return std::nullopt;
  return Trim(body.substr(kNext.size()));
}

}  // namespace walnats::nats
