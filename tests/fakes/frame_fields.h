#pragma once

// The fields that a request's JSON may have, release by release: a strict
// server refuses any other, and one that is not drops it. Source: the json tags
// in nats-server's server/{stream,consumer,jetstream_api}.go.

#include <optional>
#include <span>
#include <string_view>

#include "walnats/testing/jetstream_model/refusal.h"
#include "walnats/testing/jetstream_model/version.h"

namespace boost::json {
class object;
}

namespace walnats::nats {

struct Field {
  std::string_view name;
  testing::model::Version since = {0, 0, 0};
  std::span<const Field> inner = {};  // of an object; none: anything
};
using Fields = std::span<const Field>;

extern const Fields kListFields;
extern const Fields kStreamFields;
extern const Fields kStreamInfoFields;
extern const Fields kPurgeFields;
extern const Fields kGetFields;
extern const Fields kEraseFields;
extern const Fields kConsumerFields;  // of the whole request
extern const Fields kPauseFields;
extern const Fields kResetFields;

// Takes out of `json` what the release does not know, or says why not.
std::optional<testing::model::Refusal> Restrict(
    boost::json::object& json, Fields fields,
    const testing::model::Version& version);

testing::model::Refusal InvalidJson(const testing::model::Version& version,
                                    std::string_view why);

}  // namespace walnats::nats
