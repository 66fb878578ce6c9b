#include "walnats/nats/ack_subject.h"

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>

#include "absl/time/time.h"

namespace walnats::nats {
namespace {

constexpr std::string_view kPrefix = "$JS.ACK.";

// After the prefix: v1 has its seven, v2 has domain and account hash before
// them and may have more behind them.
constexpr std::size_t kFields = 7;
constexpr std::size_t kBeforeFields = 2;

// Cuts the first token off `rest`. False if it is empty.
bool NextToken(std::string_view& rest, std::string_view& token) {
  const std::size_t end = rest.find('.');
  token = rest.substr(0, end);
  rest =
      end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  return !token.empty();
}

template <class Number>
bool ParseNumber(std::string_view token, Number& number) {
  const char* end = token.data() + token.size();
  const auto [stop, error] = std::from_chars(token.data(), end, number);
  return error == std::errc() && stop == end;
}

std::optional<transport::DeliveryInfo> ParseFields(
    const std::string_view* fields) {
  transport::DeliveryInfo info;
  info.stream = fields[0];
  info.consumer = fields[1];
  int64_t nanoseconds = 0;
  if (!ParseNumber(fields[2], info.delivered) ||
      !ParseNumber(fields[3], info.stream_sequence) ||
      !ParseNumber(fields[4], info.consumer_sequence) ||
      !ParseNumber(fields[5], nanoseconds) ||
      !ParseNumber(fields[6], info.pending)) {
    return std::nullopt;
  }
  info.time = absl::FromUnixNanos(nanoseconds);
  return info;
}

}  // namespace

std::optional<transport::DeliveryInfo> ParseAckSubject(std::string_view reply) {
  if (!IsAckSubject(reply) || reply.ends_with('.')) return std::nullopt;
  std::string_view rest = reply.substr(kPrefix.size());
  std::array<std::string_view, kBeforeFields + kFields> tokens;
  std::size_t count = 0;
  while (count < tokens.size() && !rest.empty()) {
    if (!NextToken(rest, tokens[count++])) return std::nullopt;
  }
  if (count == kFields) return ParseFields(tokens.data());
  if (count == tokens.size()) return ParseFields(&tokens[kBeforeFields]);
  return std::nullopt;
}

}  // namespace walnats::nats
