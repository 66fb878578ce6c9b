#include "walnats/cli/stream_kind.h"

#include <algorithm>

namespace walnats::cli {

StreamKind KindOf(const transport::StreamConfig& config) {
  if (config.name.starts_with("walnats-")) return StreamKind::kOwn;
  if (config.name.starts_with("KV_")) return StreamKind::kBucket;
  // Before 2.10 a stream carries no mark of who has made it.
  const bool shaped =
      config.subjects.size() == 1 &&
      StreamOf(config.subjects[0]) == config.name &&
      config.subjects[0].find_first_of("*> ") == std::string::npos;
  return shaped ? StreamKind::kEvent : StreamKind::kForeign;
}

std::string_view NameOf(StreamKind kind) {
  switch (kind) {
    case StreamKind::kEvent:
      return "event";
    case StreamKind::kBucket:
      return "bucket";
    case StreamKind::kOwn:
      return "walnats";
    case StreamKind::kForeign:
      return "foreign";
  }
  return "?";
}

std::string StreamOf(std::string_view event) {
  std::string stream(event);
  std::ranges::replace(stream, '.', '-');
  return stream;
}

}  // namespace walnats::cli
