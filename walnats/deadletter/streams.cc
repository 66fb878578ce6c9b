#include "walnats/deadletter/streams.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/str_join.h"
#include "google/protobuf/timestamp.pb.h"
#include "walnats/base/strings.h"
#include "walnats/status.h"
#include "walnats/v1/dead_letter.pb.h"

namespace walnats::internal {
namespace {

using transport::ConsumerConfig;
using transport::StreamConfig;

constexpr absl::Duration kDuplicateWindow = absl::Minutes(2);

bool Same(const google::protobuf::Timestamp& a,
          const google::protobuf::Timestamp& b) {
  return a.seconds() == b.seconds() && a.nanos() == b.nanos();
}

std::string_view ToText(Retention retention) {
  switch (retention) {
    case Retention::kLimits:
      return "limits";
    case Retention::kInterest:
      return "interest";
    case Retention::kWorkQueue:
      return "workqueue";
  }
  return "?";
}

template <class T, class ToText>
std::string OrUnlimited(const std::optional<T>& limit, ToText to_text) {
  return limit.has_value() ? to_text(*limit) : std::string("unlimited");
}

// The fields that decide whether letters are safe, and for how long.
std::map<std::string_view, std::string> Fields(const StreamConfig& config) {
  auto count = [](int64_t value) { return Cat(value); };
  return {
      {"subjects", absl::StrJoin(config.subjects, " ")},
      {"retention", std::string(ToText(config.retention))},
      {"storage", config.storage == Storage::kFile ? "file" : "memory"},
      {"discard", config.discard == Discard::kOld ? "old" : "new"},
      {"max_age", OrUnlimited(config.max_age, absl::FormatDuration)},
      {"max_bytes", OrUnlimited(config.max_bytes, count)},
      {"max_msgs", OrUnlimited(config.max_messages, count)},
      {"max_msgs_per_subject",
       OrUnlimited(config.max_messages_per_subject, count)},
      {"max_msg_size", OrUnlimited(config.max_message_size, count)},
      {"num_replicas", Cat(config.replicas)},
      {"allow_direct", config.allow_direct ? "true" : "false"},
  };
}

std::vector<std::string> Differences(const StreamConfig& server,
                                     const StreamConfig& declared) {
  std::vector<std::string> differences;
  const auto theirs = Fields(server);
  for (const auto& [field, ours] : Fields(declared)) {
    const std::string& value = theirs.at(field);
    if (value == ours) continue;
    differences.push_back(Cat("stream \"", declared.name, "\": keeps ", field,
                              " ", value, " instead of the declared ", ours));
  }
  return differences;
}

// Somebody else made it in the meantime, with other limits.
bool ExistsNow(const absl::Status& status) {
  constexpr int kStreamNameInUse = 10058;
  return ServerCode(status) == kStreamNameInUse;
}

}  // namespace

StreamConfig DeadStreamConfig(const DeadLimits& limits) {
  StreamConfig config;
  config.name = kDeadStream;
  config.description = "Messages that actors of walnats gave up on.";
  config.subjects = {"walnats-dead.*.*.*.*", "walnats-dead-audit.>"};
  if (limits.age != absl::InfiniteDuration()) config.max_age = limits.age;
  if (limits.bytes != kUnlimited) config.max_bytes = limits.bytes;
  config.duplicate_window = std::min(limits.age, kDuplicateWindow);
  config.replicas = limits.replicas;
  config.allow_direct = true;
  return config;
}

StreamConfig RedriveStreamConfig(int replicas) {
  StreamConfig config;
  config.name = kRedriveStream;
  config.description = "Dead letters on their way back to their actors.";
  config.subjects = {"walnats-redrive.>"};
  config.retention = Retention::kWorkQueue;
  config.duplicate_window = kDuplicateWindow;
  config.replicas = replicas;
  config.allow_direct = true;
  return config;
}

ConsumerConfig RedriveConsumerConfig(std::string_view service,
                                     absl::Duration ack_wait) {
  ConsumerConfig config;
  config.name = std::string(service);
  config.description = "Takes what was redriven to the service.";
  config.filter_subjects = {Cat("walnats-redrive.", service, ".>")};
  config.ack_wait = ack_wait;
  // What waits for an actor that is not there must not keep out the others.
  config.max_ack_pending = 10'000;
  return config;
}

std::string DeadSubject(const v1::DeadLetter& letter) {
  return Cat("walnats-dead.", letter.stream(), ".", letter.actor(), ".",
             letter.sequence(), ".", letter.generation());
}

bool SameOrigin(const v1::DeadLetter& a, const v1::DeadLetter& b) {
  return a.stream() == b.stream() && a.actor() == b.actor() &&
         a.sequence() == b.sequence() && a.generation() == b.generation() &&
         Same(a.stored_at(), b.stored_at()) &&
         Same(a.stream_created(), b.stream_created());
}

Task<absl::StatusOr<std::vector<std::string>>> EnsureStream(
    transport::Transport& transport, const StreamConfig& declared,
    bool create) {
  absl::StatusOr<transport::StreamInfo> info =
      co_await transport.GetStream(declared.name);
  if (absl::IsNotFound(info.status()) && create) {
    info = co_await transport.CreateStream(declared);
    if (ExistsNow(info.status())) {
      info = co_await transport.GetStream(declared.name);
    }
  }
  if (!info.ok()) co_return info.status();
  co_return Differences(info->config, declared);
}

}  // namespace walnats::internal
