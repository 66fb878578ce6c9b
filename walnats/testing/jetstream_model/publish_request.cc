#include "walnats/testing/jetstream_model/publish_request.h"

#include <charconv>
#include <limits>
#include <system_error>

namespace walnats::testing::model {
namespace {

std::optional<std::string_view> Find(std::span<const Header> headers,
                                     std::string_view name) {
  for (const Header& header : headers) {
    if (header.name == name) return header.value;
  }
  return std::nullopt;
}

std::string_view Text(std::span<const Header> headers, std::string_view name) {
  return Find(headers, name).value_or(std::string_view());
}

std::optional<uint64_t> Number(std::span<const Header> headers,
                               std::string_view name) {
  const std::string_view text = Text(headers, name);
  if (text.empty()) return std::nullopt;
  uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  const bool valid = error == std::errc() && rest == end;
  return valid ? number : std::numeric_limits<uint64_t>::max();
}

}  // namespace

PublishRequest ReadPublishRequest(std::span<const Header> headers) {
  return {
      .message_id = Text(headers, kMessageIdHeader),
      .stream = Text(headers, kExpectedStreamHeader),
      .last_sequence = Number(headers, kExpectedLastSequenceHeader),
      .subject_last_sequence =
          Number(headers, kExpectedLastSubjectSequenceHeader),
      .subject = Text(headers, kExpectedLastSubjectSequenceSubjectHeader),
      .last_message_id = Text(headers, kExpectedLastMessageIdHeader),
      .rollup = Text(headers, kRollupHeader),
      .ttl = Text(headers, "Nats-TTL"),
      .batch = Text(headers, kBatchIdHeader),
      .batch_sequence = Number(headers, kBatchSequenceHeader),
      .batch_commit = Find(headers, kBatchCommitHeader),
  };
}

}  // namespace walnats::testing::model
