#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cassert>

#include "walnats/base/strings.h"
#include "walnats/nats/api_json.h"
#include "walnats/nats/api_json_fields.h"
#include "walnats/nats/api_json_names.h"

namespace walnats::nats {
namespace {

using boost::json::object;
using transport::AckPolicy;
using transport::ConsumerConfig;
using transport::DeliverPolicy;

constexpr Named<AckPolicy> kAckPolicies[] = {
    {AckPolicy::kExplicit, "explicit"},
    {AckPolicy::kAll, "all"},
    {AckPolicy::kNone, "none"},
};
constexpr Named<DeliverPolicy> kDeliverPolicies[] = {
    {DeliverPolicy::kAll, "all"},
    {DeliverPolicy::kNew, "new"},
    {DeliverPolicy::kLast, "last"},
    {DeliverPolicy::kLastPerSubject, "last_per_subject"},
    {DeliverPolicy::kBySequence, "by_start_sequence"},
    {DeliverPolicy::kByTime, "by_start_time"},
};

void SetFilters(object& to, const std::vector<std::string>& filters) {
  const bool one = filters.size() == 1;
  SetText(to, "filter_subject", one ? filters.front() : std::string());
  SetUnless(filters.size() < 2, to, "filter_subjects", ToArray(filters));
}

void SetStart(object& to, const ConsumerConfig& config) {
  to["deliver_policy"] = NameOf(kDeliverPolicies, config.deliver);
  SetUnless(config.deliver != DeliverPolicy::kBySequence, to, "opt_start_seq",
            config.start_sequence);
  SetUnless(config.deliver != DeliverPolicy::kByTime, to, "opt_start_time",
            boost::json::string(FormatTimestamp(config.start_time)));
}

void SetAcks(object& to, const ConsumerConfig& config) {
  to["ack_policy"] = NameOf(kAckPolicies, config.ack);
  // A consumer without acks may not have a limit of them.
  const bool none = config.ack == AckPolicy::kNone;
  SetUnless(none, to, "ack_wait", absl::ToInt64Nanoseconds(config.ack_wait));
  SetUnless(none, to, "max_ack_pending", config.max_ack_pending);
  to["max_deliver"] = config.max_deliver;
}

void SetPulls(object& to, const ConsumerConfig& config) {
  SetUnless(!config.max_waiting, to, "max_waiting",
            config.max_waiting.value_or(0));
  SetUnless(!config.max_batch, to, "max_batch", config.max_batch.value_or(0));
  SetUnless(!config.max_bytes, to, "max_bytes", config.max_bytes.value_or(0));
  SetUnless(!config.max_expires, to, "max_expires",
            absl::ToInt64Nanoseconds(
                config.max_expires.value_or(absl::ZeroDuration())));
}

std::optional<int64_t> ReadLimit(const object& from, std::string_view name) {
  const int64_t limit = ReadInteger(from, name);
  return limit > 0 ? std::optional<int64_t>(limit) : std::nullopt;
}

}  // namespace

std::string ConsumerRequest(const std::string& stream,
                            const ConsumerConfig& config, ConsumerAction action,
                            const transport::Features& features) {
  assert(config.filter_subjects.size() < 2 || features.filter_subjects);
  object to = ParseRaw(config.raw);
  to["name"] = config.name;
  SetText(to, "durable_name", config.durable ? config.name : std::string());
  SetText(to, "description", config.description);
  SetFilters(to, config.filter_subjects);
  SetStart(to, config);
  SetAcks(to, config);
  SetUnless(!config.inactive_threshold, to, "inactive_threshold",
            absl::ToInt64Nanoseconds(
                config.inactive_threshold.value_or(absl::ZeroDuration())));
  SetMetadata(to, config.metadata, features);
  to["num_replicas"] = config.replicas;
  SetFlag(to, "mem_storage", config.memory_storage);
  SetFlag(to, "headers_only", config.headers_only);
  SetPulls(to, config);

  object request;
  request["stream_name"] = stream;
  request["config"] = std::move(to);
  if (action == ConsumerAction::kCreate) request["action"] = "create";
  if (action == ConsumerAction::kUpdate) request["action"] = "update";
  return boost::json::serialize(request);
}

ConsumerConfig ReadConsumerConfig(const object& from) {
  ConsumerConfig config;
  const std::string_view durable_name = ReadText(from, "durable_name");
  config.name = ReadText(from, "name");
  if (config.name.empty()) config.name = durable_name;
  config.durable = !durable_name.empty();
  config.description = ReadText(from, "description");
  config.filter_subjects = ReadTexts(from, "filter_subjects");
  if (const std::string_view one = ReadText(from, "filter_subject");
      !one.empty()) {
    config.filter_subjects = {std::string(one)};
  }
  config.deliver = ValueOf(kDeliverPolicies, ReadText(from, "deliver_policy"));
  config.start_sequence = ReadCount(from, "opt_start_seq");
  config.start_time = ReadTimestamp(from, "opt_start_time");
  config.ack = ValueOf(kAckPolicies, ReadText(from, "ack_policy"));
  config.ack_wait = ReadNanoseconds(from, "ack_wait", config.ack_wait);
  config.max_deliver = ReadInteger(from, "max_deliver", config.max_deliver);
  config.max_ack_pending =
      ReadInteger(from, "max_ack_pending", config.max_ack_pending);
  config.inactive_threshold = ReadDuration(from, "inactive_threshold");
  config.replicas = static_cast<int>(ReadInteger(from, "num_replicas", 0));
  config.metadata = ReadMetadata(from);
  config.memory_storage = ReadFlag(from, "mem_storage");
  config.headers_only = ReadFlag(from, "headers_only");
  config.max_waiting = ReadLimit(from, "max_waiting");
  config.max_batch = ReadLimit(from, "max_batch");
  config.max_bytes = ReadLimit(from, "max_bytes");
  config.max_expires = ReadDuration(from, "max_expires");
  config.raw = boost::json::serialize(from);
  return config;
}

}  // namespace walnats::nats
