#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "walnats/nats/api_json.h"
#include "walnats/nats/api_json_fields.h"
#include "walnats/nats/api_json_names.h"
#include "walnats/nats/api_level.h"

namespace walnats::nats {
namespace {

using boost::json::object;
using transport::StreamConfig;

constexpr Named<Retention> kRetentions[] = {
    {Retention::kLimits, "limits"},
    {Retention::kInterest, "interest"},
    {Retention::kWorkQueue, "workqueue"},
};
constexpr Named<Storage> kStorages[] = {
    {Storage::kFile, "file"},
    {Storage::kMemory, "memory"},
};
constexpr Named<Discard> kDiscards[] = {
    {Discard::kOld, "old"},
    {Discard::kNew, "new"},
};

void SetLimit(object& to, std::string_view name,
              const std::optional<int64_t>& limit) {
  to[name] = limit.value_or(-1);
}

std::optional<int64_t> ReadLimit(const object& from, std::string_view name) {
  const int64_t limit = ReadInteger(from, name, -1);
  return limit > 0 ? std::optional<int64_t>(limit) : std::nullopt;
}

void SetPlacement(object& to, const std::vector<std::string>& tags) {
  object placement;
  if (const object* old = ReadObject(to, "placement")) placement = *old;
  SetUnless(tags.empty(), placement, "tags", ToArray(tags));
  const bool none = placement.empty();
  SetUnless(none, to, "placement", std::move(placement));
}

}  // namespace

std::string StreamRequest(const StreamConfig& config,
                          const transport::Features& features) {
  object to = ParseRaw(config.raw);
  to["name"] = config.name;
  SetText(to, "description", config.description);
  SetUnless(config.subjects.empty(), to, "subjects", ToArray(config.subjects));
  to["retention"] = NameOf(kRetentions, config.retention);
  to["storage"] = NameOf(kStorages, config.storage);
  to["discard"] = NameOf(kDiscards, config.discard);
  SetDuration(to, "max_age", config.max_age.value_or(absl::ZeroDuration()));
  SetLimit(to, "max_msgs", config.max_messages);
  SetLimit(to, "max_bytes", config.max_bytes);
  SetLimit(to, "max_msg_size", config.max_message_size);
  SetLimit(to, "max_consumers", config.max_consumers);
  SetLimit(to, "max_msgs_per_subject", config.max_messages_per_subject);
  SetDuration(to, "duplicate_window", config.duplicate_window);
  to["num_replicas"] = config.replicas;
  SetPlacement(to, config.placement_tags);
  SetUnless(!features.compression || !config.compressed, to, "compression",
            "s2");
  SetMetadata(to, config.metadata, features);
  SetFlag(to, "allow_direct", config.allow_direct);
  SetFlag(to, "allow_rollup_hdrs", config.allow_rollup);
  SetFlag(to, "deny_delete", config.deny_delete);
  SetFlag(to, "deny_purge", config.deny_purge);
  SetFlag(to, "allow_atomic",
          config.allow_atomic && features.api_level >= kAtomicLevel);
  const bool ttl = features.api_level >= kMessageTtlLevel;
  SetFlag(to, "allow_msg_ttl", config.allow_message_ttl && ttl);
  SetUnless(!config.subject_delete_marker_ttl || !ttl, to,
            "subject_delete_marker_ttl",
            absl::ToInt64Nanoseconds(config.subject_delete_marker_ttl.value_or(
                absl::ZeroDuration())));
  return boost::json::serialize(to);
}

StreamConfig ReadStreamConfig(const object& from) {
  StreamConfig config;
  config.name = ReadText(from, "name");
  config.description = ReadText(from, "description");
  config.subjects = ReadTexts(from, "subjects");
  config.retention = ValueOf(kRetentions, ReadText(from, "retention"));
  config.storage = ValueOf(kStorages, ReadText(from, "storage"));
  config.discard = ValueOf(kDiscards, ReadText(from, "discard"));
  config.max_age = ReadDuration(from, "max_age");
  config.max_messages = ReadLimit(from, "max_msgs");
  config.max_bytes = ReadLimit(from, "max_bytes");
  config.max_message_size = ReadLimit(from, "max_msg_size");
  config.max_consumers = ReadLimit(from, "max_consumers");
  config.max_messages_per_subject = ReadLimit(from, "max_msgs_per_subject");
  config.duplicate_window =
      ReadNanoseconds(from, "duplicate_window", absl::ZeroDuration());
  config.replicas = static_cast<int>(ReadInteger(from, "num_replicas", 1));
  if (const object* placement = ReadObject(from, "placement")) {
    config.placement_tags = ReadTexts(*placement, "tags");
  }
  config.compressed = ReadText(from, "compression") == "s2";
  config.metadata = ReadMetadata(from);
  config.allow_direct = ReadFlag(from, "allow_direct");
  config.allow_rollup = ReadFlag(from, "allow_rollup_hdrs");
  config.deny_delete = ReadFlag(from, "deny_delete");
  config.deny_purge = ReadFlag(from, "deny_purge");
  config.allow_atomic = ReadFlag(from, "allow_atomic");
  config.allow_message_ttl = ReadFlag(from, "allow_msg_ttl");
  config.subject_delete_marker_ttl =
      ReadDuration(from, "subject_delete_marker_ttl");
  config.raw = boost::json::serialize(from);
  return config;
}

}  // namespace walnats::nats
