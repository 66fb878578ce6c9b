#include "tests/benchmarks/compare/streams.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "absl/time/clock.h"
#include "tests/benchmarks/compare/by_hand.h"
#include "tests/benchmarks/compare/running.h"
#include "walnats/base/strings.h"

namespace walnats::benchmarks {
namespace {

// What a request of the JetStream API answers; its error as a Status.
absl::StatusOr<boost::json::object> Ask(Hand& hand, std::string_view verb,
                                        std::string_view body = {}) {
  const absl::StatusOr<std::string> text =
      hand.Request(Cat("$JS.API.", verb), body);
  if (!text.ok()) return text.status();
  boost::json::object answer = boost::json::parse(*text).as_object();
  if (const auto* error = answer.if_contains("error")) {
    return Error(absl::StatusCode::kFailedPrecondition, verb, ": ",
                 boost::json::serialize(*error));
  }
  return answer;
}

absl::Status Register(const Setting& setting, Use use) {
  Service service{.name = "prepare", .emits = {EventOf(setting, use)}};
  Running running(setting.url, std::move(service));
  return running.Ready();
}

absl::Status DeleteConsumers(Hand& hand, const std::string& stream) {
  absl::StatusOr<boost::json::object> names =
      Ask(hand, Cat("CONSUMER.NAMES.", stream));
  if (!names.ok()) return names.status();
  const auto* consumers = names->if_contains("consumers");
  if (consumers == nullptr || !consumers->is_array()) return absl::OkStatus();
  for (const boost::json::value& name : consumers->as_array()) {
    const auto deleted = Ask(hand, Cat("CONSUMER.DELETE.", stream, ".",
                                       std::string_view(name.as_string())));
    if (!deleted.ok()) return deleted.status();
  }
  return absl::OkStatus();
}

bool HoldsAll(const absl::StatusOr<boost::json::object>& info,
              int64_t messages) {
  if (!info.ok()) return false;
  const boost::json::value& state = info->at("state");
  return state.at("messages").to_number<int64_t>() == messages &&
         state.at("last_seq").to_number<int64_t>() == messages;
}

}  // namespace

absl::Status EmptyStream(const Setting& setting) {
  absl::StatusOr<Hand> hand = Hand::Connect(setting.url);
  if (!hand.ok()) return hand.status();
  // It may not be there.
  (void)Ask(*hand, Cat("STREAM.DELETE.", StreamOf(setting, Use::kPublish)));
  return Register(setting, Use::kPublish);
}

absl::Status FullStream(const Setting& setting) {
  absl::StatusOr<Hand> hand = Hand::Connect(setting.url);
  if (!hand.ok()) return hand.status();
  const std::string stream = StreamOf(setting, Use::kConsume);
  if (HoldsAll(Ask(*hand, Cat("STREAM.INFO.", stream)), setting.messages)) {
    return DeleteConsumers(*hand, stream);
  }
  (void)Ask(*hand, Cat("STREAM.DELETE.", stream));
  absl::Status status = Register(setting, Use::kConsume);
  if (!status.ok()) return status;
  return PublishByHand(*hand, SubjectOf(setting, Use::kConsume),
                       setting.payload, setting.messages);
}

absl::Status AddPullConsumer(Hand& hand, const Setting& setting,
                             std::string_view name) {
  const std::string stream = StreamOf(setting, Use::kConsume);
  const boost::json::object config = {
      {"durable_name", std::string(name)},
      {"ack_policy", "explicit"},
      {"deliver_policy", "all"},
      {"ack_wait", 30'000'000'000},
      {"max_ack_pending", 10'000},
      {"replay_policy", "instant"},
      {"filter_subject", SubjectOf(setting, Use::kConsume)}};
  const boost::json::object request = {{"stream_name", stream},
                                       {"config", config}};
  return Ask(hand, Cat("CONSUMER.DURABLE.CREATE.", stream, ".", name),
             boost::json::serialize(request))
      .status();
}

absl::Status AwaitAckFloor(Hand& hand, const Setting& setting,
                           std::string_view consumer) {
  const std::string verb =
      Cat("CONSUMER.INFO.", StreamOf(setting, Use::kConsume), ".", consumer);
  const absl::Time limit = absl::Now() + absl::Seconds(30);
  for (;;) {
    const absl::StatusOr<boost::json::object> info = Ask(hand, verb);
    if (!info.ok()) return info.status();
    const int64_t floor =
        info->at("ack_floor").at("stream_seq").to_number<int64_t>();
    if (floor >= setting.messages) return absl::OkStatus();
    if (absl::Now() > limit) {
      return Error(absl::StatusCode::kDeadlineExceeded, "consumer \"", consumer,
                   "\" has acked up to ", floor, " of ", setting.messages);
    }
    absl::SleepFor(absl::Milliseconds(1));
  }
}

}  // namespace walnats::benchmarks
