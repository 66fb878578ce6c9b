#include "walnats/testing/jetstream_model/consumer_rules.h"

#include <string>
#include <string_view>
#include <utility>

#include "walnats/base/strings.h"
#include "walnats/testing/jetstream_model/consumer_config.h"
#include "walnats/testing/jetstream_model/consumer_start.h"

namespace walnats::testing::model {
namespace {

using transport::ConsumerConfig;
using transport::DeliverPolicy;

// The server's default.
constexpr int64_t kMaxWaiting = 512;

Refusal CannotUpdate(std::string_view what) {
  return {.http_code = 500,
          .code = 10012,
          .description = Cat(what, " can not be updated")};
}

Refusal InvalidReset(std::string_view why) {
  return {.code = 10204, .description = Cat("invalid reset: ", why)};
}

// A time that the policy does not ask for is not sent.
std::optional<absl::Time> StartTime(const ConsumerConfig& config) {
  if (config.deliver != DeliverPolicy::kByTime) return std::nullopt;
  return config.start_time;
}

PullStatus Refused(int code, std::string description) {
  return {.code = code, .description = std::move(description)};
}

// As Go prints a time.Duration: "1m0s".
std::string GoDuration(absl::Duration duration) {
  const int64_t hours = absl::IDivDuration(duration, absl::Hours(1), &duration);
  const int64_t minutes =
      absl::IDivDuration(duration, absl::Minutes(1), &duration);
  if (hours == 0 && minutes == 0) return absl::FormatDuration(duration);
  const std::string seconds = Cat(absl::ToDoubleSeconds(duration), "s");
  if (hours == 0) return Cat(minutes, "m", seconds);
  return Cat(hours, "h", minutes, "m", seconds);
}

}  // namespace

std::optional<Refusal> RefuseUpdate(const ConsumerConfig& from,
                                    const ConsumerConfig& to,
                                    const Version& version) {
  if (from.deliver != to.deliver) return CannotUpdate("deliver policy");
  if (from.memory_storage != to.memory_storage &&
      Has(version, Difference::kStorageUpdatesRefused)) {
    return CannotUpdate("storage type");
  }
  if (from.deliver == DeliverPolicy::kBySequence &&
      from.start_sequence != to.start_sequence) {
    return CannotUpdate("start sequence");
  }
  // Old servers compare pointers: only an update that changes nothing passes.
  const bool by_pointer = StartTime(from).has_value() &&
                          !Has(version, Difference::kStartTimeUpdates) &&
                          !Same(from, to);
  if (by_pointer || StartTime(from) != StartTime(to)) {
    return CannotUpdate("start time");
  }
  if (from.ack != to.ack) return CannotUpdate("ack policy");
  if (MaxWaiting(from) != MaxWaiting(to)) return CannotUpdate("max waiting");
  return std::nullopt;
}

std::optional<Refusal> RefuseReset(const ConsumerConfig& config,
                                   uint64_t sequence,
                                   const MessageStore& store) {
  if (sequence == 0) return std::nullopt;
  switch (config.deliver) {
    case DeliverPolicy::kAll:
      return std::nullopt;
    case DeliverPolicy::kBySequence:
      if (sequence >= config.start_sequence) return std::nullopt;
      return InvalidReset("below start seq");
    case DeliverPolicy::kByTime:
      if (sequence >= FirstSince(config.start_time, store)) {
        return std::nullopt;
      }
      return InvalidReset("below start time");
    default:
      return InvalidReset("not allowed");
  }
}

std::optional<PullStatus> RefusePull(const PullRequest& request,
                                     const ConsumerConfig& config) {
  const absl::Duration expires = request.expires.value_or(absl::ZeroDuration());
  if (request.heartbeat * 2 > expires) {
    return Refused(400, "Bad Request - heartbeat value too large");
  }
  if (config.max_batch && request.batch > *config.max_batch) {
    return Refused(409, Cat("Exceeded MaxRequestBatch of ", *config.max_batch));
  }
  if (config.max_expires && expires > *config.max_expires) {
    return Refused(409, Cat("Exceeded MaxRequestExpires of ",
                            GoDuration(*config.max_expires)));
  }
  if (config.max_bytes && request.max_bytes > *config.max_bytes) {
    return Refused(409,
                   Cat("Exceeded MaxRequestMaxBytes of ", *config.max_bytes));
  }
  return std::nullopt;
}

int64_t MaxWaiting(const ConsumerConfig& config) {
  return config.max_waiting.value_or(kMaxWaiting);
}

}  // namespace walnats::testing::model
