#include "walnats/services/register_plan.h"

#include <algorithm>

#include "absl/strings/str_join.h"
#include "walnats/base/strings.h"

namespace walnats::internal {
namespace {

using transport::ConsumerConfig;
using transport::DeliverPolicy;
using transport::StreamConfig;
using Kind = Difference::Kind;

// Marks what we have made, where the server has metadata.
constexpr char kFrameworkKey[] = "walnats.framework";
constexpr char kServiceKey[] = "walnats.service";

// Of servers that know atomic batches (ADR-44's table).
constexpr int kAtomicLevel = 2;

std::optional<int64_t> ToOptional(int64_t limit) {
  if (limit == kUnlimited) return std::nullopt;
  return limit;
}

std::string ToText(const std::string& value) { return Quoted(value); }
std::string ToText(int64_t value) { return Cat(value); }
std::string ToText(int value) { return Cat(value); }
std::string ToText(uint64_t value) { return Cat(value); }
std::string ToText(bool value) { return value ? "true" : "false"; }
std::string ToText(absl::Duration value) { return absl::FormatDuration(value); }
std::string ToText(absl::Time value) {
  return absl::FormatTime(value, absl::UTCTimeZone());
}
std::string ToText(Retention value) {
  switch (value) {
    case Retention::kLimits:
      return "limits";
    case Retention::kInterest:
      return "interest";
    case Retention::kWorkQueue:
      return "workqueue";
  }
  return "?";
}
std::string ToText(Storage value) {
  return value == Storage::kFile ? "file" : "memory";
}
std::string ToText(Discard value) {
  return value == Discard::kOld ? "old" : "new";
}
std::string ToText(DeliverPolicy value) {
  switch (value) {
    case DeliverPolicy::kAll:
      return "all";
    case DeliverPolicy::kNew:
      return "new";
    case DeliverPolicy::kLast:
      return "last";
    case DeliverPolicy::kLastPerSubject:
      return "last_per_subject";
    case DeliverPolicy::kBySequence:
      return "by_start_sequence";
    case DeliverPolicy::kByTime:
      return "by_start_time";
  }
  return "?";
}
std::string ToText(const std::vector<std::string>& values) {
  return Cat("[", absl::StrJoin(values, ", "), "]");
}
template <class T>
std::string ToText(const std::optional<T>& value) {
  return value.has_value() ? ToText(*value) : "unlimited";
}

class Differences {
 public:
  template <class T>
  void Compare(std::string_view field, const T& server, const T& declared,
               Kind kind = Kind::kChangeable) {
    if (server == declared) return;
    found_.push_back(
        {std::string(field), ToText(server), ToText(declared), kind});
  }
  // Our keys only: servers and other tools have keys of their own.
  void Compare(const std::map<std::string, std::string>& server,
               const std::map<std::string, std::string>& declared) {
    for (const auto& [key, value] : declared) {
      const auto found = server.find(key);
      const std::string old = found == server.end() ? "" : found->second;
      if (old != value) {
        found_.push_back({Cat("metadata ", key), Quoted(old), Quoted(value),
                          Kind::kChangeable});
      }
    }
  }
  std::vector<Difference> Take() { return std::move(found_); }

 private:
  std::vector<Difference> found_;
};

void SetStart(const Start& start, ConsumerConfig& config) {
  switch (start.kind()) {
    case Start::Kind::kAll:
      config.deliver = DeliverPolicy::kAll;
      break;
    case Start::Kind::kNew:
      config.deliver = DeliverPolicy::kNew;
      break;
    case Start::Kind::kSequence:
      config.deliver = DeliverPolicy::kBySequence;
      config.start_sequence = start.sequence();
      break;
    case Start::Kind::kTime:
      config.deliver = DeliverPolicy::kByTime;
      config.start_time = start.time();
      break;
  }
}

}  // namespace

bool KeepsRetention(const StreamConfig& server, const StreamConfig& declared) {
  return !server.metadata.contains(kFrameworkKey) &&
         server.retention == Retention::kInterest &&
         declared.retention == Retention::kLimits;
}

absl::StatusOr<StreamConfig> StreamConfigOf(const EventInfo& event,
                                            const transport::Features& features,
                                            bool single_server) {
  const Limits& limits = event.limits();
  if (limits.compression == Compression::kS2 && !features.compression) {
    return Error(absl::StatusCode::kFailedPrecondition, "register event \"",
                 event.name(),
                 "\": the server cannot compress (it came with 2.10); "
                 "Compression::kIfAvailable accepts that");
  }
  StreamConfig config;
  config.name = event.stream_name();
  config.description = std::string(event.description());
  config.subjects = {std::string(event.name())};
  config.retention = limits.retention;
  config.storage = limits.storage;
  config.discard = limits.discard;
  if (limits.age != absl::InfiniteDuration()) config.max_age = limits.age;
  config.max_messages = ToOptional(limits.messages);
  config.max_bytes = ToOptional(limits.bytes);
  config.max_message_size = ToOptional(limits.message_size);
  config.max_consumers = ToOptional(limits.consumers);
  config.max_messages_per_subject = ToOptional(limits.per_subject);
  config.duplicate_window = limits.duplicates != absl::ZeroDuration()
                                ? limits.duplicates
                                : std::min(limits.age, absl::Minutes(2));
  config.replicas = single_server ? 1 : limits.replicas;
  for (std::string_view tag : limits.tags) {
    if (!tag.empty() && !single_server) config.placement_tags.emplace_back(tag);
  }
  config.compressed =
      limits.compression != Compression::kNone && features.compression;
  config.allow_atomic =
      event.atomic_batches() && features.api_level >= kAtomicLevel;
  if (features.metadata) config.metadata[kFrameworkKey] = "cpp";
  return config;
}

ConsumerConfig ConsumerConfigOf(const Actor& actor, std::string_view service,
                                const transport::Features& features) {
  const ActorOptions& options = actor.options();
  ConsumerConfig config;
  config.name = actor.name();
  config.description = options.description;
  config.filter_subjects = {std::string(actor.event().name())};
  SetStart(options.start, config);
  config.ack_wait = options.ack_wait;
  config.max_ack_pending = options.max_ack_pending;
  if (features.metadata) config.metadata[kServiceKey] = std::string(service);
  return config;
}

ConsumerConfig SuccessorOf(const transport::ConsumerInfo& made,
                           ConsumerConfig declared) {
  declared.deliver = made.config.deliver;
  declared.start_sequence = made.config.start_sequence;
  declared.start_time = made.config.start_time;
  if (declared.deliver == DeliverPolicy::kNew) {
    declared.deliver = DeliverPolicy::kByTime;
    declared.start_time = made.created;
  }
  return declared;
}

std::string Describe(const std::vector<Difference>& differences) {
  std::vector<std::string> texts;
  for (const Difference& difference : differences) {
    texts.push_back(Cat(difference.field, ": ", difference.old_value, " -> ",
                        difference.new_value));
  }
  return absl::StrJoin(texts, ", ");
}

std::vector<Difference> Compare(const StreamConfig& server,
                                const StreamConfig& declared) {
  Differences all;
  const bool kept = KeepsRetention(server, declared);
  all.Compare("storage", server.storage, declared.storage, Kind::kFixed);
  all.Compare("retention", server.retention, declared.retention,
              kept ? Kind::kKept : Kind::kFixed);
  all.Compare("description", server.description, declared.description);
  all.Compare("subjects", server.subjects, declared.subjects);
  all.Compare("discard", server.discard, declared.discard);
  all.Compare("max_age", server.max_age, declared.max_age);
  all.Compare("max_msgs", server.max_messages, declared.max_messages);
  all.Compare("max_bytes", server.max_bytes, declared.max_bytes);
  all.Compare("max_msg_size", server.max_message_size,
              declared.max_message_size);
  all.Compare("max_consumers", server.max_consumers, declared.max_consumers);
  all.Compare("max_msgs_per_subject", server.max_messages_per_subject,
              declared.max_messages_per_subject);
  all.Compare("duplicate_window", server.duplicate_window,
              declared.duplicate_window);
  all.Compare("num_replicas", server.replicas, declared.replicas);
  all.Compare("placement tags", server.placement_tags, declared.placement_tags);
  all.Compare("compression", server.compressed, declared.compressed);
  // Never taken back: older releases of a service may still emit batches.
  all.Compare("allow_atomic", server.allow_atomic,
              server.allow_atomic || declared.allow_atomic);
  // Marked as ours it would be refused at the next start.
  if (!kept) all.Compare(server.metadata, declared.metadata);
  return all.Take();
}

std::vector<Difference> Compare(const ConsumerConfig& server,
                                const ConsumerConfig& declared) {
  Differences all;
  // A consumer that Recovery made again begins at a sequence.
  const bool recovered = server.deliver == DeliverPolicy::kBySequence &&
                         declared.deliver != DeliverPolicy::kBySequence;
  if (!recovered) {
    all.Compare("deliver_policy", server.deliver, declared.deliver,
                Kind::kKept);
  }
  if (server.deliver == declared.deliver) {
    all.Compare("opt_start_seq", server.start_sequence, declared.start_sequence,
                Kind::kKept);
    if (declared.deliver == DeliverPolicy::kByTime) {
      all.Compare("opt_start_time", server.start_time, declared.start_time,
                  Kind::kKept);
    }
  }
  all.Compare("description", server.description, declared.description);
  all.Compare("filter_subject", server.filter_subjects,
              declared.filter_subjects);
  all.Compare("ack_wait", server.ack_wait, declared.ack_wait);
  all.Compare("max_deliver", server.max_deliver, declared.max_deliver);
  all.Compare("max_ack_pending", server.max_ack_pending,
              declared.max_ack_pending);
  all.Compare(server.metadata, declared.metadata);
  return all.Take();
}

std::vector<Difference> TakeKept(std::vector<Difference>& differences) {
  const auto kept = std::stable_partition(
      differences.begin(), differences.end(),
      [](const Difference& one) { return one.kind != Kind::kKept; });
  std::vector<Difference> taken(kept, differences.end());
  differences.erase(kept, differences.end());
  return taken;
}

}  // namespace walnats::internal
