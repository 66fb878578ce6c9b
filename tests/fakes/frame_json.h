#pragma once

// What the server writes into its answers, as JSON. Source: recorded from
// nats-server 2.9.10 and 2.15.1.

#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "walnats/testing/jetstream_model/model.h"
#include "walnats/testing/jetstream_model/refusal.h"
#include "walnats/testing/jetstream_model/version.h"
#include "walnats/transport/config.h"
#include "walnats/transport/stored.h"

namespace boost::json {
class object;
}

namespace walnats::nats {

std::string QuoteJson(std::string_view text);

// {"code":404,"err_code":10059,"description":"stream not found"}
std::string ErrorJson(const testing::model::Refusal& refusal);

// ---- members of an answer's object, without its braces
std::string AccountJson(const testing::model::Model& model);
std::string StreamJson(const transport::StreamInfo& info,
                       const testing::model::Version& version);
std::string ConsumerJson(const transport::ConsumerInfo& info,
                         const testing::model::Version& version);
std::string StoredJson(const transport::StoredMessage& message);

// ---- whole answers
std::string PubAckJson(const testing::model::Published& published);
// `stream` may be empty.
std::string PubRefusalJson(const testing::model::Refusal& refusal,
                           std::string_view stream);

// A request's, with what the server fills in.
transport::ConsumerConfig TakeConsumerConfig(boost::json::object json);

}  // namespace walnats::nats
