#include "walnats/testing/jetstream_model/stream_config.h"

#include <algorithm>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "walnats/base/strings.h"
#include "walnats/testing/jetstream_model/refusals.h"
#include "walnats/testing/jetstream_model/subject.h"

namespace walnats::testing::model {
namespace {

using transport::StreamConfig;

constexpr size_t kMaxName = 255;
constexpr size_t kMaxDescription = 4 * 1024;
constexpr int kMaxReplicas = 5;
constexpr absl::Duration kDefaultWindow = absl::Minutes(2);
constexpr absl::Duration kShortest = absl::Milliseconds(100);

void DropUnlessPositive(std::optional<int64_t>& limit) {
  if (limit && *limit <= 0) limit.reset();
}

std::optional<Refusal> CheckName(const StreamConfig& config,
                                 const Version& version) {
  constexpr std::string_view kWithSlashes = " \t\r\n\f.*>\\/";
  constexpr std::string_view kWithoutSlashes = " \t\r\n\f.*>";
  const bool slashes = Has(version, Difference::kNamesWithoutSlashes);
  const std::string_view forbidden = slashes ? kWithSlashes : kWithoutSlashes;
  if (config.name.empty() ||
      config.name.find_first_of(forbidden) != std::string::npos) {
    return InvalidStream(
        Cat("stream name is required and can not contain '.', '*', '>'",
            slashes ? ", '\\', '/'" : ""));
  }
  if (config.name.size() > kMaxName) {
    return InvalidStream(
        Cat("stream name is too long, maximum allowed is ", kMaxName));
  }
  if (config.description.size() > kMaxDescription) {
    return InvalidStream(
        Cat("stream description is too long, maximum allowed is ",
            kMaxDescription));
  }
  return std::nullopt;
}

std::optional<Refusal> CheckTimes(const StreamConfig& config) {
  const absl::Duration age = config.max_age.value_or(absl::ZeroDuration());
  const bool aged = config.max_age.has_value();
  const absl::Duration window = config.duplicate_window;
  if (aged && age < kShortest) {
    return InvalidStream("max age needs to be >= 100ms");
  }
  if (window < absl::ZeroDuration()) {
    return InvalidStream("duplicates window can not be negative");
  }
  if (aged && window > age) {
    return InvalidStream("duplicates window can not be larger then max age");
  }
  if (window > absl::ZeroDuration() && window < kShortest) {
    return InvalidStream("duplicates window needs to be >= 100ms");
  }
  return std::nullopt;
}

std::optional<Refusal> CheckSystemSubjects(const std::string& subject,
                                           const Version& version) {
  if (!Has(version, Difference::kAllSubjectsNeedNoAck)) {
    if (!Covers("$JS.API.>", subject)) return std::nullopt;
    return InvalidStream("subjects overlap with jetstream api");
  }
  if (subject == ">") {
    return InvalidStream("capturing all subjects requires no-ack to be true");
  }
  for (const std::string_view space : {"$JS.>", "$JSC.>", "$NRG.>"}) {
    if (Overlap(subject, space) && !Covers("$JS.EVENT.>", subject)) {
      return InvalidStream(
          "subjects that overlap with jetstream api require no-ack to be "
          "true");
    }
  }
  if (Overlap(subject, "$SYS.>") && !Covers("$SYS.ACCOUNT.>", subject)) {
    return InvalidStream(
        "subjects that overlap with system api require no-ack to be true");
  }
  return std::nullopt;
}

// The first two in order that overlap.
std::optional<Refusal> CheckOverlaps(std::span<const std::string> subjects) {
  for (auto one = subjects.begin(); one != subjects.end(); ++one) {
    const auto other = std::find_if(
        one + 1, subjects.end(),
        [one](const std::string& next) { return Overlap(*one, next); });
    if (other != subjects.end()) {
      return InvalidStream(
          Cat("subject \"", *one, "\" overlaps with \"", *other, "\""));
    }
  }
  return std::nullopt;
}

// One subject after the other, against those behind it.
std::optional<Refusal> CheckSubjects(std::span<const std::string> subjects,
                                     const Version& version) {
  for (size_t i = 0; i < subjects.size(); ++i) {
    const std::string& subject = subjects[i];
    if (!IsSubject(subject)) return InvalidStream("invalid subject");
    if (auto refusal = CheckSystemSubjects(subject, version)) return refusal;
    for (const std::string& next : subjects.subspan(i + 1)) {
      if (!Overlap(subject, next)) continue;
      return InvalidStream(
          Cat("subject \"", subject, "\" overlaps with \"", next, "\""));
    }
  }
  return std::nullopt;
}

std::optional<Refusal> CheckOldSubjects(std::span<const std::string> subjects,
                                        const Version& version) {
  std::set<std::string> seen;
  for (const std::string& subject : subjects) {
    if (!IsSubject(subject)) return InvalidStream("invalid subject");
    if (!seen.insert(subject).second) {
      return InvalidStream("duplicate subjects detected");
    }
    if (auto refusal = CheckSystemSubjects(subject, version)) return refusal;
  }
  return CheckOverlaps(subjects);
}

std::optional<Refusal> CheckMarkers(const StreamConfig& config) {
  if (!config.subject_delete_marker_ttl) return std::nullopt;
  if (*config.subject_delete_marker_ttl < absl::Seconds(1)) {
    return InvalidStream("subject delete marker TTL must be at least 1 second");
  }
  return std::nullopt;
}

std::optional<Refusal> CheckFlags(const StreamConfig& config) {
  if (config.deny_purge && config.allow_rollup) {
    return InvalidStream("roll-ups require the purge permission");
  }
  if (auto refusal = CheckMarkers(config)) return refusal;
  if (!HasFlag(config, "discard_new_per_subject")) return std::nullopt;
  if (config.discard != Discard::kNew) {
    return InvalidStream(
        "discard new per subject requires discard new policy to be set");
  }
  if (!config.max_messages_per_subject) {
    return InvalidStream(
        "discard new per subject requires max msgs per subject > 0");
  }
  return std::nullopt;
}

std::optional<Refusal> CheckRetentionUpdate(Retention old, Retention retention,
                                            const Version& version) {
  if (old == retention) return std::nullopt;
  if (!Has(version, Difference::kRetentionUpdates)) {
    return InvalidStream(
        "stream configuration update can not change retention policy");
  }
  if (old != Retention::kWorkQueue && retention != Retention::kWorkQueue) {
    return std::nullopt;
  }
  return InvalidStream(
      "stream configuration update can not change retention policy to/from "
      "workqueue");
}

auto Fields(const StreamConfig& c) {
  return std::tie(c.name, c.description, c.subjects, c.retention, c.storage,
                  c.discard, c.max_age, c.max_messages, c.max_bytes,
                  c.max_message_size, c.max_consumers,
                  c.max_messages_per_subject, c.duplicate_window, c.replicas,
                  c.placement_tags, c.compressed, c.metadata, c.allow_direct,
                  c.allow_rollup, c.deny_delete, c.deny_purge, c.allow_atomic,
                  c.allow_message_ttl, c.subject_delete_marker_ttl);
}

}  // namespace

StreamConfig Normalize(StreamConfig config, const Version& version) {
  for (std::optional<int64_t>* limit :
       {&config.max_messages, &config.max_bytes, &config.max_message_size,
        &config.max_consumers, &config.max_messages_per_subject}) {
    DropUnlessPositive(*limit);
  }
  if (config.max_age == absl::ZeroDuration()) config.max_age.reset();
  if (config.duplicate_window == absl::ZeroDuration()) {
    config.duplicate_window =
        std::min(kDefaultWindow, config.max_age.value_or(kDefaultWindow));
  }
  if (config.replicas == 0) config.replicas = 1;
  if (config.subjects.empty()) config.subjects = {config.name};
  if (!Has(version, Difference::kMetadata)) config.metadata.clear();
  config.compressed &= Has(version, Difference::kCompression);
  config.allow_atomic &= Has(version, Difference::kAtomicBatch);
  const bool ttl = Has(version, Difference::kMessageTtl);
  config.allow_message_ttl &= ttl;
  if (!ttl || config.subject_delete_marker_ttl == absl::ZeroDuration()) {
    config.subject_delete_marker_ttl.reset();
  }
  return config;
}

std::optional<Refusal> Check(const StreamConfig& config,
                             const Version& version) {
  if (auto refusal = CheckName(config, version)) return refusal;
  if (config.replicas > kMaxReplicas) {
    return InvalidStream(Cat("maximum replicas is ", kMaxReplicas));
  }
  if (auto refusal = CheckTimes(config)) return refusal;
  if (auto refusal = CheckFlags(config)) return refusal;
  return Has(version, Difference::kAllSubjectsNeedNoAck)
             ? CheckSubjects(config.subjects, version)
             : CheckOldSubjects(config.subjects, version);
}

std::optional<Refusal> CheckUpdate(const StreamConfig& old,
                                   const StreamConfig& config,
                                   const Version& version) {
  if (old.max_consumers != config.max_consumers &&
      !Has(version, Difference::kMaxConsumersUpdates)) {
    return InvalidStream(
        "stream configuration update can not change MaxConsumers");
  }
  if (old.storage != config.storage) {
    return InvalidStream(
        "stream configuration update can not change storage type");
  }
  if (auto refusal =
          CheckRetentionUpdate(old.retention, config.retention, version)) {
    return refusal;
  }
  if (old.allow_message_ttl && !config.allow_message_ttl) {
    return InvalidStream("message TTL status can not be disabled");
  }
  if (old.deny_delete && !config.deny_delete) {
    return InvalidStream(
        "stream configuration update can not cancel deny message deletes");
  }
  if (old.deny_purge && !config.deny_purge) {
    return InvalidStream(
        "stream configuration update can not cancel deny purge");
  }
  return std::nullopt;
}

bool Same(const StreamConfig& one, const StreamConfig& other) {
  return Fields(one) == Fields(other);
}

bool HasFlag(const StreamConfig& config, std::string_view name) {
  return config.raw.find(Cat("\"", name, "\":true")) != std::string::npos;
}

}  // namespace walnats::testing::model
