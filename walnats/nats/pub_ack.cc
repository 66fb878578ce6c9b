// ParsePubAck: one for each message published, so the shapes that the server
// writes are read by hand, and everything else by Boost.JSON.

#include <boost/json/object.hpp>
#include <charconv>
#include <cstddef>

#include "walnats/base/strings.h"
#include "walnats/nats/api_json.h"
#include "walnats/nats/api_json_fields.h"

namespace walnats::nats {
namespace {

// Reads from the front of the bytes; each step says whether it could.
class Reader {
 public:
  explicit Reader(std::string_view rest) : rest_(rest) {}

  bool Skip(std::string_view expected) {
    if (!rest_.starts_with(expected)) return false;
    rest_.remove_prefix(expected.size());
    return true;
  }

  // Servers put a space behind some commas and colons.
  bool SkipSpaced(std::string_view expected) {
    if (!Skip(expected)) return false;
    Skip(" ");
    return true;
  }

  // The opening quote is behind us. Escapes are for the other parser.
  bool String(std::string_view& text) {
    const std::size_t end = rest_.find_first_of("\"\\");
    if (end == std::string_view::npos || rest_[end] != '"') return false;
    text = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return true;
  }

  bool Number(uint64_t& number) {
    const char* end = rest_.data() + rest_.size();
    const auto [stop, error] = std::from_chars(rest_.data(), end, number);
    if (error != std::errc()) return false;
    rest_.remove_prefix(static_cast<std::size_t>(stop - rest_.data()));
    return true;
  }

  bool empty() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

// {"stream":"NAME", "seq":N[,"domain":"NAME"][,"duplicate": true]}
bool ParseByHand(std::string_view json, transport::PubAck& ack) {
  Reader reader(json);
  std::string_view stream;
  if (!reader.Skip("{\"stream\":\"") || !reader.String(stream) ||
      !reader.SkipSpaced(",") || !reader.SkipSpaced("\"seq\":") ||
      !reader.Number(ack.sequence)) {
    return false;
  }
  while (reader.SkipSpaced(",")) {
    std::string_view domain;
    if (reader.SkipSpaced("\"domain\":")) {
      if (!reader.Skip("\"") || !reader.String(domain)) return false;
    } else if (reader.SkipSpaced("\"duplicate\":")) {
      if (!reader.Skip("true")) return false;
      ack.duplicate = true;
    } else {
      return false;
    }
  }
  if (!reader.Skip("}") || !reader.empty()) return false;
  if (stream.empty() || ack.sequence == 0) return false;
  ack.stream = stream;
  return true;
}

}  // namespace

absl::StatusOr<transport::PubAck> ParsePubAck(std::string_view json) {
  transport::PubAck ack;
  if (ParseByHand(json, ack)) return ack;
  const absl::StatusOr<boost::json::object> answer =
      ParseAnswer(json, "answer to a publish");
  if (!answer.ok()) return answer.status();
  ack.stream = ReadText(*answer, "stream");
  ack.sequence = ReadCount(*answer, "seq");
  ack.duplicate = ReadFlag(*answer, "duplicate");
  if (ack.stream.empty() || ack.sequence == 0) {
    return Error(absl::StatusCode::kInternal,
                 "answer to a publish: no stream or no sequence");
  }
  return ack;
}

}  // namespace walnats::nats
