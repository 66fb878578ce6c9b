#include "walnats/nats/api_json.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <charconv>
#include <cstddef>
#include <utility>

#include "absl/strings/escaping.h"
#include "walnats/base/strings.h"
#include "walnats/nats/api_json_fields.h"

namespace walnats::nats {
namespace {

using boost::json::object;

absl::Status Lacks(std::string_view what, std::string_view field) {
  return Error(absl::StatusCode::kInternal, what, ": no \"", field, "\"");
}

absl::StatusOr<transport::StreamInfo> ReadStreamInfo(const object& from) {
  const object* config = ReadObject(from, "config");
  if (config == nullptr) return Lacks("stream info", "config");
  transport::StreamInfo info;
  info.config = ReadStreamConfig(*config);
  if (info.config.name.empty()) return Lacks("stream info", "name");
  info.created = ReadTimestamp(from, "created");
  if (const object* state = ReadObject(from, "state")) {
    info.messages = ReadCount(*state, "messages");
    info.bytes = ReadCount(*state, "bytes");
    info.first_sequence = ReadCount(*state, "first_seq");
    info.last_sequence = ReadCount(*state, "last_seq");
    info.consumers = ReadInteger(*state, "consumer_count");
  }
  return info;
}

absl::StatusOr<transport::ConsumerInfo> ReadConsumerInfo(const object& from) {
  const object* config = ReadObject(from, "config");
  if (config == nullptr) return Lacks("consumer info", "config");
  transport::ConsumerInfo info;
  info.stream = ReadText(from, "stream_name");
  info.config = ReadConsumerConfig(*config);
  if (info.config.name.empty()) info.config.name = ReadText(from, "name");
  if (info.config.name.empty()) return Lacks("consumer info", "name");
  info.created = ReadTimestamp(from, "created");
  if (const object* delivered = ReadObject(from, "delivered")) {
    info.delivered_stream_sequence = ReadCount(*delivered, "stream_seq");
    info.delivered_consumer_sequence = ReadCount(*delivered, "consumer_seq");
  }
  if (const object* floor = ReadObject(from, "ack_floor")) {
    info.ack_floor_stream_sequence = ReadCount(*floor, "stream_seq");
  }
  info.ack_pending = ReadInteger(from, "num_ack_pending");
  info.redelivered = ReadInteger(from, "num_redelivered");
  info.waiting = ReadInteger(from, "num_waiting");
  info.pending = ReadCount(from, "num_pending");
  info.paused = ReadFlag(from, "paused");
  if (info.paused && config->contains("pause_until")) {
    info.paused_until = ReadTimestamp(*config, "pause_until");
  }
  return info;
}

template <class Info>
absl::StatusOr<Page<Info>> ParsePage(
    std::string_view json, std::string_view list,
    absl::StatusOr<Info> (*read)(const object&)) {
  absl::StatusOr<object> answer = ParseAnswer(json, Cat("list of ", list));
  if (!answer.ok()) return answer.status();
  Page<Info> page;
  page.total = ReadCount(*answer, "total");
  const boost::json::array* items = ReadList(*answer, list);
  if (items == nullptr) return page;  // null where there is none
  for (const boost::json::value& item : *items) {
    if (!item.is_object()) return Lacks(Cat("list of ", list), "config");
    absl::StatusOr<Info> info = read(item.get_object());
    if (!info.ok()) return info.status();
    page.items.push_back(*std::move(info));
  }
  return page;
}

// "NATS/1.0\r\nName: value\r\n...\r\n\r\n", as stored.
std::vector<transport::StoredHeader> ReadHeaders(std::string_view block) {
  std::vector<transport::StoredHeader> headers;
  std::size_t end = block.find("\r\n");
  while (end != std::string_view::npos) {
    block.remove_prefix(end + 2);
    end = block.find("\r\n");
    const std::string_view line = block.substr(0, end);
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const absl::string_view value =
        absl::StripAsciiWhitespace(ToAbsl(line.substr(colon + 1)));
    headers.push_back({std::string(line.substr(0, colon)),
                       std::string(value.data(), value.size())});
  }
  return headers;
}

bool Decode(const object& from, std::string_view name, std::string& bytes) {
  return absl::Base64Unescape(ToAbsl(ReadText(from, name)), &bytes);
}

// Whether "2.10.4-beta" is at least 2.10.4.
bool AtLeast(std::string_view version, std::initializer_list<int> least) {
  const char* at = version.data();
  const char* end = at + version.size();
  for (const int wanted : least) {
    int number = 0;
    const auto [stop, error] = std::from_chars(at, end, number);
    if (error != std::errc()) return false;
    if (number != wanted) return number > wanted;
    at = stop != end && *stop == '.' ? stop + 1 : stop;
  }
  return true;
}

}  // namespace

absl::StatusOr<transport::StreamInfo> ParseStreamInfo(std::string_view json) {
  const absl::StatusOr<object> answer = ParseAnswer(json, "stream info");
  if (!answer.ok()) return answer.status();
  return ReadStreamInfo(*answer);
}

absl::StatusOr<transport::ConsumerInfo> ParseConsumerInfo(
    std::string_view json) {
  const absl::StatusOr<object> answer = ParseAnswer(json, "consumer info");
  if (!answer.ok()) return answer.status();
  return ReadConsumerInfo(*answer);
}

absl::StatusOr<transport::StoredMessage> ParseStoredMessage(
    std::string_view json) {
  constexpr std::string_view kWhat = "stored message";
  const absl::StatusOr<object> answer = ParseAnswer(json, kWhat);
  if (!answer.ok()) return answer.status();
  const object* from = ReadObject(*answer, "message");
  if (from == nullptr) return Lacks(kWhat, "message");
  transport::StoredMessage message;
  message.subject = ReadText(*from, "subject");
  message.sequence = ReadCount(*from, "seq");
  message.time = ReadTimestamp(*from, "time");
  std::string headers;
  if (message.subject.empty()) return Lacks(kWhat, "subject");
  if (!Decode(*from, "data", message.body) || !Decode(*from, "hdrs", headers)) {
    return Error(absl::StatusCode::kInternal, kWhat, ": no base64");
  }
  message.headers = ReadHeaders(headers);
  return message;
}

absl::StatusOr<uint64_t> ParsePurged(std::string_view json) {
  const absl::StatusOr<object> answer = ParseAnswer(json, "answer to a purge");
  if (!answer.ok()) return answer.status();
  if (!ReadFlag(*answer, "success"))
    return Lacks("answer to a purge", "success");
  return ReadCount(*answer, "purged");
}

absl::Status ParseSuccess(std::string_view json) {
  const absl::StatusOr<object> answer = ParseAnswer(json, "answer");
  if (!answer.ok()) return answer.status();
  return ReadFlag(*answer, "success") ? absl::OkStatus()
                                      : Lacks("answer", "success");
}

absl::StatusOr<Page<transport::StreamInfo>> ParseStreamPage(
    std::string_view json) {
  return ParsePage<transport::StreamInfo>(json, "streams", ReadStreamInfo);
}

absl::StatusOr<Page<transport::ConsumerInfo>> ParseConsumerPage(
    std::string_view json) {
  return ParsePage<transport::ConsumerInfo>(json, "consumers",
                                            ReadConsumerInfo);
}

absl::StatusOr<transport::Features> ParseAccountInfo(
    std::string_view json, std::string_view server_version) {
  const absl::StatusOr<object> answer = ParseAnswer(json, "account info");
  if (!answer.ok()) return answer.status();
  const object* api = ReadObject(*answer, "api");
  if (api == nullptr) return Lacks("account info", "api");
  transport::Features features;
  features.api_level = static_cast<int>(ReadInteger(*api, "level"));
  const bool is_2_10 =
      features.api_level > 0 || answer->contains("reserved_memory");
  features.compression = is_2_10;
  features.metadata = is_2_10;
  features.filter_subjects = is_2_10;
  features.term_reason = features.api_level > 0 ||
                         (is_2_10 && AtLeast(server_version, {2, 10, 4}));
  return features;
}

}  // namespace walnats::nats
