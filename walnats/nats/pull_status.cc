#include "walnats/nats/pull_status.h"

#include <charconv>

namespace walnats::nats {
namespace {

template <class Number>
std::optional<Number> ParseNumber(std::optional<std::string_view> text) {
  if (!text) return std::nullopt;
  Number number = 0;
  const char* end = text->data() + text->size();
  const auto [stop, error] = std::from_chars(text->data(), end, number);
  if (error != std::errc() || stop != end) return std::nullopt;
  return number;
}

PullMeaning MeaningOfConflict(std::string_view description) {
  if (description == "Consumer Deleted") return PullMeaning::kDeleted;
  // Each loses the consumer's whole queue of requests.
  if (description.starts_with("Leadership Change") ||
      description.starts_with("Server Shutdown")) {
    return PullMeaning::kAllEnded;
  }
  if (description.starts_with("Message Size Exceeds MaxBytes") ||
      description.starts_with("Batch Completed")) {
    return PullMeaning::kEnded;
  }
  return PullMeaning::kRefused;
}

}  // namespace

std::optional<PullStatus> ParsePullStatus(const transport::Message& message) {
  const std::optional<int> code = ParseNumber<int>(message.header("Status"));
  if (!code) return std::nullopt;
  PullStatus status;
  status.code = *code;
  status.description = message.header("Description").value_or("");
  status.pending_messages =
      ParseNumber<int64_t>(message.header("Nats-Pending-Messages"));
  return status;
}

PullMeaning MeaningOf(const PullStatus& status) {
  switch (status.code) {
    case 100:
      return PullMeaning::kHeartbeat;
    case 404:
    case 408:
      return PullMeaning::kEnded;
    case 409:
      return MeaningOfConflict(status.description);
    case 503:
      return PullMeaning::kNoResponders;
    default:
      return PullMeaning::kRefused;
  }
}

}  // namespace walnats::nats
