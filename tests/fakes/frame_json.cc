#include "tests/fakes/frame_json.h"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <variant>

#include "absl/strings/escaping.h"
#include "walnats/base/strings.h"
#include "walnats/nats/api_json.h"
#include "walnats/nats/api_json_fields.h"

namespace walnats::nats {
namespace {

namespace model = testing::model;
using boost::json::object;

// What a consumer gets that does not say.
constexpr int64_t kMaxAckPending = 1000;
constexpr int64_t kMaxWaiting = 512;

std::string Text(const object& json) { return boost::json::serialize(json); }

// `raw` with what the server adds where it is missing.
std::string Completed(const std::string& raw, object defaults,
                      const model::Version& version) {
  object json = ParseRaw(raw);
  for (auto& [name, value] : defaults) json.emplace(name, value);
  if (const int level = model::FeaturesOf(version).api_level; level > 0) {
    json["metadata"] = {{"_nats.level", Cat(level)},
                        {"_nats.req.level", "0"},
                        {"_nats.ver", model::ToString(version)}};
  }
  return Text(json);
}

std::string ConfigJson(transport::StreamConfig config,
                       const model::Version& version) {
  config.raw = Completed(
      config.raw,
      {{"allow_direct", false}, {"mirror_direct", false}, {"sealed", false}},
      version);
  return StreamRequest(config, model::FeaturesOf(version));
}

std::string ConfigJson(const std::string& stream,
                       transport::ConsumerConfig config,
                       const model::Version& version) {
  if (!config.max_waiting) config.max_waiting = kMaxWaiting;
  config.raw = Completed(config.raw, {{"replay_policy", "instant"}}, version);
  const std::string request =
      ConsumerRequest(stream, config, ConsumerAction::kCreateOrUpdate,
                      model::FeaturesOf(version));
  return boost::json::serialize((*ParseObject(request, "request"))["config"]);
}

}  // namespace

std::string QuoteJson(std::string_view text) {
  return boost::json::serialize(
      boost::json::string_view(text.data(), text.size()));
}

std::string ErrorJson(const model::Refusal& refusal) {
  return Cat("{\"code\":", refusal.http_code, ",\"err_code\":", refusal.code,
             ",\"description\":", QuoteJson(refusal.description), "}");
}

std::string AccountJson(const model::Model& model) {
  const std::vector<transport::StreamInfo> streams = model.ListStreams();
  int64_t consumers = 0;
  for (const transport::StreamInfo& info : streams) consumers += info.consumers;
  const transport::Features features = model::FeaturesOf(model.version());
  const std::string reserved =
      features.metadata ? "\"reserved_memory\":0,\"reserved_storage\":0," : "";
  const std::string level =
      features.api_level > 0 ? Cat("\"level\":", features.api_level, ",") : "";
  return Cat("\"memory\":0,\"storage\":0,", reserved,
             "\"streams\":", streams.size(), ",\"consumers\":", consumers,
             ",\"limits\":{\"max_memory\":-1,\"max_storage\":-1,",
             "\"max_streams\":-1,\"max_consumers\":-1,\"max_ack_pending\":-1,",
             "\"memory_max_stream_bytes\":-1,\"storage_max_stream_bytes\":-1,",
             "\"max_bytes_required\":false},\"api\":{", level,
             "\"total\":0,\"errors\":0}");
}

std::string StreamJson(const transport::StreamInfo& info,
                       const model::Version& version) {
  return Cat("\"config\":", ConfigJson(info.config, version), ",\"created\":\"",
             FormatTimestamp(info.created),
             "\",\"state\":{\"messages\":", info.messages,
             ",\"bytes\":", info.bytes, ",\"first_seq\":", info.first_sequence,
             ",\"last_seq\":", info.last_sequence,
             ",\"consumer_count\":", info.consumers, "}");
}

std::string ConsumerJson(const transport::ConsumerInfo& info,
                         const model::Version& version) {
  return Cat("\"stream_name\":", QuoteJson(info.stream),
             ",\"name\":", QuoteJson(info.config.name), ",\"created\":\"",
             FormatTimestamp(info.created),
             "\",\"config\":", ConfigJson(info.stream, info.config, version),
             ",\"delivered\":{\"stream_seq\":", info.delivered_stream_sequence,
             ",\"consumer_seq\":", info.delivered_consumer_sequence,
             "},\"ack_floor\":{\"stream_seq\":", info.ack_floor_stream_sequence,
             "},\"num_ack_pending\":", info.ack_pending,
             ",\"num_redelivered\":", info.redelivered,
             ",\"num_waiting\":", info.waiting,
             ",\"num_pending\":", info.pending,
             info.paused ? ",\"paused\":true" : "");
}

std::string StoredJson(const transport::StoredMessage& message) {
  std::string headers;
  if (!message.headers.empty()) {
    std::string block = "NATS/1.0\r\n";
    for (const transport::StoredHeader& header : message.headers) {
      absl::StrAppend(&block, header.name, ": ", header.value, "\r\n");
    }
    block += "\r\n";
    headers = Cat("\"hdrs\":\"", absl::Base64Escape(block), "\",");
  }
  return Cat("\"message\":{\"subject\":", QuoteJson(message.subject),
             ",\"seq\":", message.sequence, ",", headers, "\"data\":\"",
             absl::Base64Escape(message.body), "\",\"time\":\"",
             FormatTimestamp(message.time), "\"}");
}

std::string PubAckJson(const model::Published& published) {
  std::string json = Cat("{\"stream\":", QuoteJson(published.ack.stream),
                         ",\"seq\":", published.ack.sequence);
  if (published.ack.duplicate) json += ",\"duplicate\": true";
  if (!published.batch.empty()) {
    absl::StrAppend(&json, ",\"batch\":", QuoteJson(published.batch),
                    ",\"count\":", published.count);
  }
  return json + "}";
}

std::string PubRefusalJson(const model::Refusal& refusal,
                           std::string_view stream) {
  return Cat("{\"error\":", ErrorJson(refusal),
             ",\"stream\":", QuoteJson(stream), ",\"seq\":0}");
}

transport::ConsumerConfig TakeConsumerConfig(object json) {
  json.emplace("ack_policy", "none");
  if (ReadText(json, "ack_policy") != "none") {
    json.emplace("max_ack_pending", kMaxAckPending);
  }
  return ReadConsumerConfig(json);
}

}  // namespace walnats::nats
