#include "walnats/testing/jetstream_model/consumer_config.h"

#include <algorithm>
#include <string>
#include <tuple>
#include <vector>

#include "walnats/base/strings.h"
#include "walnats/testing/jetstream_model/refusals.h"
#include "walnats/testing/jetstream_model/subject.h"

namespace walnats::testing::model {
namespace {

using transport::AckPolicy;
using transport::ConsumerConfig;
using transport::DeliverPolicy;
using transport::StreamConfig;

// As server/consumer.go: JsAckWaitDefault, JsDefaultMaxAckPending,
// JsDeleteWaitTimeDefault.
constexpr absl::Duration kDefaultAckWait = absl::Seconds(30);
constexpr int64_t kDefaultMaxAckPending = 1'000;
constexpr absl::Duration kDefaultThreshold = absl::Seconds(5);

std::optional<Refusal> CheckName(const ConsumerConfig& config,
                                 const Version& version) {
  if (config.name.find_first_of("\\/") != std::string::npos) {
    return ConsumerNameHasSlash();
  }
  if (config.name.find_first_of("*>") == std::string::npos) {
    return std::nullopt;
  }
  if (!Has(version, Difference::kNamesWithoutSlashes)) {
    return Refusal{400, 10103, "durable name can not contain '.', '*', '>'"};
  }
  return InvalidStream(Cat("consumer ", config.durable ? "durable " : "",
                           "name can not contain '.', '*', '>', '\\', '/'"));
}

std::optional<Refusal> CheckOldFilter(const std::vector<std::string>& filters,
                                      const StreamConfig& stream) {
  const bool within = std::all_of(
      filters.begin(), filters.end(), [&stream](const std::string& filter) {
        return std::any_of(stream.subjects.begin(), stream.subjects.end(),
                           [&filter](const std::string& subject) {
                             return Covers(subject, filter) ||
                                    Covers(filter, subject);
                           });
      });
  return within ? std::nullopt : std::optional(FilterOutsideStream());
}

std::optional<Refusal> CheckFilters(const std::vector<std::string>& filters) {
  if (std::find(filters.begin(), filters.end(), "") != filters.end()) {
    return FilterEmpty();
  }
  for (auto one = filters.begin(); one != filters.end(); ++one) {
    if (!IsSubject(*one)) return InvalidStream("malformed subject");
    for (auto other = filters.begin(); other != filters.end(); ++other) {
      if (one != other && Covers(*other, *one)) return FiltersOverlap();
    }
  }
  return std::nullopt;
}

std::optional<Refusal> CheckStart(const ConsumerConfig& config) {
  constexpr char kNotSet[] = "consumer delivery policy is deliver ";
  if (config.deliver == DeliverPolicy::kLastPerSubject &&
      config.filter_subjects.empty()) {
    return InvalidDeliverPolicy(Cat(
        kNotSet, "last per subject, but optional filter subject is not set"));
  }
  if (config.deliver == DeliverPolicy::kBySequence &&
      config.start_sequence == 0) {
    return InvalidDeliverPolicy(Cat(
        kNotSet, "by start sequence, but optional start sequence is not set"));
  }
  return std::nullopt;
}

auto Fields(const ConsumerConfig& c) {
  return std::tie(c.name, c.durable, c.description, c.filter_subjects,
                  c.deliver, c.start_sequence, c.start_time, c.ack, c.ack_wait,
                  c.max_deliver, c.max_ack_pending, c.inactive_threshold,
                  c.metadata, c.replicas, c.memory_storage, c.headers_only);
}

}  // namespace

ConsumerConfig Normalize(ConsumerConfig config, const Version& version) {
  std::vector<std::string>& filters = config.filter_subjects;
  if (filters.size() == 1 && filters[0].empty()) filters.clear();
  if (filters.size() > 1 && !Has(version, Difference::kFilterSubjects)) {
    filters.clear();
  }
  if (!Has(version, Difference::kMetadata)) config.metadata.clear();
  if (config.deliver != DeliverPolicy::kBySequence) config.start_sequence = 0;
  if (config.deliver != DeliverPolicy::kByTime) config.start_time = {};
  if (config.max_deliver < 1) config.max_deliver = -1;
  if (config.ack == AckPolicy::kNone) {
    config.ack_wait = ConsumerConfig().ack_wait;
    config.max_ack_pending = ConsumerConfig().max_ack_pending;
  }
  if (config.ack_wait <= absl::ZeroDuration()) {
    config.ack_wait = kDefaultAckWait;
  }
  if (config.max_ack_pending == 0) {
    config.max_ack_pending = kDefaultMaxAckPending;
  }
  if (config.inactive_threshold == absl::ZeroDuration()) {
    config.inactive_threshold.reset();
  }
  if (!config.durable && !config.inactive_threshold) {
    config.inactive_threshold = kDefaultThreshold;
  }
  return config;
}

std::optional<Refusal> Check(const ConsumerConfig& config,
                             const StreamConfig& stream,
                             const Version& version) {
  if (auto refusal = CheckName(config, version)) return refusal;
  if (config.replicas > 1) return NeedsCluster();
  // A single filter stands in the request's subject.
  const std::vector<std::string>& filters = config.filter_subjects;
  if (filters.size() == 1 && !IsSubject(filters[0])) return NoResponders();
  if (config.ack == AckPolicy::kNone &&
      stream.retention == Retention::kWorkQueue) {
    return PullNeedsAck();
  }
  auto refusal = Has(version, Difference::kFilterAnywhere)
                     ? CheckFilters(filters)
                     : CheckOldFilter(filters, stream);
  return refusal ? refusal : CheckStart(config);
}

bool Same(const ConsumerConfig& one, const ConsumerConfig& other) {
  return Fields(one) == Fields(other);
}

}  // namespace walnats::testing::model
