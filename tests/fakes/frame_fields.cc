#include "tests/fakes/frame_fields.h"

#include <algorithm>
#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "walnats/base/strings.h"

namespace walnats::nats {
namespace {

namespace model = testing::model;

constexpr model::Version kAlways = {0, 0, 0};
constexpr model::Version k210 = {2, 10, 0};
constexpr model::Version k211 = {2, 11, 0};
constexpr model::Version k212 = {2, 12, 0};
constexpr model::Version k214 = {2, 14, 0};

constexpr Field kList[] = {{"offset"}, {"subject"}};
constexpr Field kPlacement[] = {{"cluster"}, {"tags"}, {"preferred", k211}};
constexpr Field kConsumerLimits[] = {{"inactive_threshold"},
                                     {"max_ack_pending"}};
constexpr Field kStream[] = {
    {"name"},
    {"description"},
    {"subjects"},
    {"retention"},
    {"max_consumers"},
    {"max_msgs"},
    {"max_bytes"},
    {"max_age"},
    {"max_msgs_per_subject"},
    {"max_msg_size"},
    {"discard"},
    {"storage"},
    {"num_replicas"},
    {"no_ack"},
    {"template_owner"},
    {"duplicate_window"},
    {"placement", kAlways, kPlacement},
    {"mirror"},
    {"sources"},
    {"republish"},
    {"allow_direct"},
    {"mirror_direct"},
    {"discard_new_per_subject"},
    {"sealed"},
    {"deny_delete"},
    {"deny_purge"},
    {"allow_rollup_hdrs"},
    {"compression", k210},
    {"first_seq", k210},
    {"subject_transform", k210},
    {"consumer_limits", k210, kConsumerLimits},
    {"metadata", k210},
    {"pedantic", k211},
    {"allow_msg_ttl", k211},
    {"subject_delete_marker_ttl", k211},
    {"allow_msg_counter", k212},
    {"allow_atomic", k212},
    {"allow_msg_schedules", k212},
    {"persist_mode", k212},
    {"allow_batched", k214},
};
constexpr Field kStreamInfo[] = {
    {"offset"}, {"deleted_details"}, {"subjects_filter"}};
constexpr Field kPurge[] = {{"seq"}, {"filter"}, {"keep"}};
constexpr Field kGet[] = {{"seq"},
                          {"last_by_subj"},
                          {"next_by_subj"},
                          {"batch", k211},
                          {"max_bytes", k211},
                          {"start_time", k211},
                          {"multi_last", k211},
                          {"up_to_seq", k211},
                          {"up_to_time", k211},
                          {"no_hdr", k211}};
constexpr Field kErase[] = {{"seq"}, {"no_erase"}};
constexpr Field kConsumerConfig[] = {
    {"durable_name"},
    {"name"},
    {"description"},
    {"deliver_policy"},
    {"opt_start_seq"},
    {"opt_start_time"},
    {"ack_policy"},
    {"ack_wait"},
    {"max_deliver"},
    {"backoff"},
    {"filter_subject"},
    {"filter_subjects", k210},
    {"replay_policy"},
    {"rate_limit_bps"},
    {"sample_freq"},
    {"max_waiting"},
    {"max_ack_pending"},
    {"idle_heartbeat"},
    {"flow_control"},
    {"headers_only"},
    {"max_batch"},
    {"max_expires"},
    {"max_bytes"},
    {"deliver_subject"},
    {"deliver_group"},
    {"inactive_threshold"},
    {"num_replicas"},
    {"mem_storage"},
    {"direct"},
    {"metadata", k210},
    {"pause_until", k211},
    {"priority_groups", k211},
    {"priority_policy", k211},
    {"priority_timeout", k211},
    {"sourcing", k214},
};
constexpr Field kConsumer[] = {{"stream_name"},
                               {"config", kAlways, kConsumerConfig},
                               {"action", k210},
                               {"pedantic", k211}};
constexpr Field kPause[] = {{"pause_until"}};
constexpr Field kReset[] = {{"seq"}};

}  // namespace

const Fields kListFields = kList;
const Fields kStreamFields = kStream;
const Fields kStreamInfoFields = kStreamInfo;
const Fields kPurgeFields = kPurge;
const Fields kGetFields = kGet;
const Fields kEraseFields = kErase;
const Fields kConsumerFields = kConsumer;
const Fields kPauseFields = kPause;
const Fields kResetFields = kReset;

model::Refusal InvalidJson(const model::Version& version,
                           std::string_view why) {
  const bool says_why = Has(version, model::Difference::kStrict);
  return {400, 10025, says_why ? Cat("invalid JSON: ", why) : "invalid JSON"};
}

std::optional<model::Refusal> Restrict(boost::json::object& json, Fields fields,
                                       const model::Version& version) {
  const bool strict = Has(version, model::Difference::kStrict);
  std::vector<std::string> unknown;
  for (auto& [key, value] : json) {
    const std::string_view name(key.data(), key.size());
    const auto known = std::ranges::find(fields, name, &Field::name);
    if (known == fields.end() || known->since > version) {
      if (strict) {
        return InvalidJson(version, Cat("json: unknown field ", Quoted(name)));
      }
      unknown.emplace_back(name);
    } else if (value.is_object() && !known->inner.empty()) {
      auto refusal = Restrict(value.get_object(), known->inner, version);
      if (refusal) return refusal;
    }
  }
  for (const std::string& name : unknown) json.erase(name);
  return std::nullopt;
}

}  // namespace walnats::nats
