#include "walnats/nats/ack_subject.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>

#include "absl/time/time.h"

namespace walnats::nats {
namespace {

constexpr std::string_view kPrefix = "$JS.ACK.";

// After the prefix: v1 has its seven fields, v2 has domain and account hash
// before them and may have more behind them.
constexpr std::ptrdiff_t kFields = 7;
constexpr std::ptrdiff_t kBeforeFields = 2;

// Takes the fields one by one, each with the dot behind it.
class Reader {
 public:
  explicit Reader(std::string_view rest) : rest_(rest) {}

  // False if it is empty.
  bool Text(std::string_view& field) {
    const std::size_t end = std::min(rest_.find('.'), rest_.size());
    field = rest_.substr(0, end);
    return End(end);
  }

  template <class Number>
  bool Digits(Number& number) {
    const char* const begin = rest_.data();
    const auto [stop, error] =
        std::from_chars(begin, begin + rest_.size(), number);
    return error == std::errc() && End(static_cast<std::size_t>(stop - begin));
  }

 private:
  bool End(std::size_t size) {
    if (size == 0 || (size < rest_.size() && rest_[size] != '.')) return false;
    rest_.remove_prefix(std::min(size + 1, rest_.size()));
    return true;
  }

  std::string_view rest_;
};

}  // namespace

std::optional<transport::DeliveryInfo> ParseAckSubject(std::string_view reply) {
  if (!IsAckSubject(reply) || reply.ends_with('.')) return std::nullopt;
  reply.remove_prefix(kPrefix.size());
  const std::ptrdiff_t fields = 1 + std::count(reply.begin(), reply.end(), '.');
  const bool second = fields >= kBeforeFields + kFields;
  if (fields != kFields && !second) return std::nullopt;
  Reader reader(reply);
  std::string_view skipped;
  if (second && !(reader.Text(skipped) && reader.Text(skipped))) {
    return std::nullopt;
  }
  transport::DeliveryInfo info;
  int64_t nanoseconds = 0;
  if (!reader.Text(info.stream) || !reader.Text(info.consumer) ||
      !reader.Digits(info.delivered) || !reader.Digits(info.stream_sequence) ||
      !reader.Digits(info.consumer_sequence) || !reader.Digits(nanoseconds) ||
      !reader.Digits(info.pending)) {
    return std::nullopt;
  }
  info.time = absl::FromUnixNanos(nanoseconds);
  return info;
}

}  // namespace walnats::nats
