#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cassert>

#include "walnats/base/strings.h"
#include "walnats/nats/api_json.h"
#include "walnats/nats/api_json_fields.h"

namespace walnats::nats {

std::string PullRequest(int batch, absl::Duration expires,
                        absl::Duration heartbeat, int64_t max_bytes) {
  assert(heartbeat * 2 <= expires);  // the server refuses more
  std::string request = Cat("{\"batch\":", batch,
                            ",\"expires\":", absl::ToInt64Nanoseconds(expires));
  if (heartbeat > absl::ZeroDuration()) {
    absl::StrAppend(
        &request, ",\"idle_heartbeat\":", absl::ToInt64Nanoseconds(heartbeat));
  }
  if (max_bytes > 0) absl::StrAppend(&request, ",\"max_bytes\":", max_bytes);
  request += '}';
  return request;
}

std::string PurgeRequest(const transport::PurgeOptions& options) {
  assert(!(options.up_to && options.keep));
  boost::json::object request;
  if (!options.filter.empty()) request["filter"] = options.filter;
  if (options.up_to) request["seq"] = *options.up_to;
  if (options.keep) request["keep"] = *options.keep;
  return boost::json::serialize(request);
}

std::string GetMessageRequest(const transport::GetOptions& options) {
  boost::json::object request;
  if (!options.last_by_subject.empty()) {
    request["last_by_subj"] = options.last_by_subject;
  } else if (!options.next_by_subject.empty()) {
    request["seq"] = options.from;
    request["next_by_subj"] = options.next_by_subject;
  } else {
    request["seq"] = options.sequence;
  }
  return boost::json::serialize(request);
}

std::string GetManyRequest(const transport::GetManyOptions& options) {
  boost::json::object request;
  request["multi_last"] = ToArray(options.subjects);
  if (options.up_to) request["up_to_seq"] = *options.up_to;
  return boost::json::serialize(request);
}

std::string EraseMessageRequest(uint64_t sequence) {
  return Cat("{\"seq\":", sequence, "}");
}

std::string OffsetRequest(uint64_t offset) {
  return Cat("{\"offset\":", offset, "}");
}

std::string ConsumerCreateSubject(const std::string& stream,
                                  const transport::ConsumerConfig& config) {
  std::string subject =
      Cat("$JS.API.CONSUMER.CREATE.", stream, ".", config.name);
  if (config.filter_subjects.size() == 1) {
    absl::StrAppend(&subject, ".", config.filter_subjects.front());
  }
  return subject;
}

}  // namespace walnats::nats
