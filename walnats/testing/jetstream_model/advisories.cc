#include "walnats/testing/jetstream_model/advisories.h"

#include <string>

#include "walnats/base/strings.h"

namespace walnats::testing::model {
namespace {

constexpr char kPrefix[] = "$JS.EVENT.ADVISORY.";
constexpr char kType[] = "io.nats.jetstream.advisory.v1.";

struct Words {
  std::string_view subject;
  std::string_view action;
};

Words WordsOf(Happening happening) {
  switch (happening) {
    case Happening::kCreated:
      return {"CREATED", "create"};
    case Happening::kUpdated:
      return {"UPDATED", "modify"};
    case Happening::kDeleted:
      break;
  }
  return {"DELETED", "delete"};
}

// Names of streams and consumers need no escaping.
std::string Member(std::string_view name, std::string_view value) {
  return Cat("\"", name, "\":\"", value, "\"");
}

std::string Head(std::string_view type, absl::Time now) {
  const std::string time =
      absl::FormatTime(absl::RFC3339_full, now, absl::UTCTimeZone());
  return Cat("{", Member("type", Cat(std::string_view(kType), type)), ",",
             Member("timestamp", time), ",");
}

std::string Escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '"' || c == '\\') escaped.push_back('\\');
    if (static_cast<unsigned char>(c) >= ' ') escaped.push_back(c);
  }
  return escaped;
}

}  // namespace

Advisory StreamAdvisory(std::string_view stream, Happening happening,
                        absl::Time now) {
  const Words words = WordsOf(happening);
  return {.subject = Cat(kPrefix, "STREAM.", words.subject, ".", stream),
          .body = Cat(Head("stream_action", now), Member("stream", stream), ",",
                      Member("action", words.action), "}")};
}

Advisory ConsumerAdvisory(std::string_view stream, std::string_view consumer,
                          Happening happening, absl::Time now) {
  const Words words = WordsOf(happening);
  return {.subject = Cat(kPrefix, "CONSUMER.", words.subject, ".", stream, ".",
                         consumer),
          .body = Cat(Head("consumer_action", now), Member("stream", stream),
                      ",", Member("consumer", consumer), ",",
                      Member("action", words.action), "}")};
}

Advisory BatchAbandonedAdvisory(std::string_view stream, std::string_view batch,
                                std::string_view reason, absl::Time now) {
  return {
      .subject = Cat(kPrefix, "STREAM.BATCH_ABANDONED.", stream),
      .body = Cat(Head("stream_batch_abandoned", now), Member("stream", stream),
                  ",", Member("batch", Escaped(batch)), ",",
                  Member("reason", reason), "}")};
}

}  // namespace walnats::testing::model
