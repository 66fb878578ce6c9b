#include "walnats/cli/streams.h"

#include <algorithm>
#include <string>
#include <vector>

#include "walnats/base/strings.h"
#include "walnats/cli/human.h"
#include "walnats/cli/json.h"
#include "walnats/cli/print_rows.h"
#include "walnats/cli/stream_kind.h"

namespace walnats::cli {
namespace {

using transport::StreamInfo;

struct Row {
  StreamInfo info;
  absl::Time oldest = absl::InfinitePast();  // of the messages that it keeps
};

// Who has made it, as far as it says so.
std::string FrameworkOf(const StreamInfo& info) {
  const auto found = info.config.metadata.find("walnats.framework");
  return found == info.config.metadata.end() ? "" : found->second;
}

std::string ToJson(const Row& row, absl::Time now) {
  const StreamInfo& info = row.info;
  std::vector<std::string> subjects;
  for (const std::string& subject : info.config.subjects) {
    subjects.push_back(JsonText(subject));
  }
  JsonObject object;
  object.Add("name", info.config.name)
      .Add("kind", NameOf(KindOf(info.config)))
      .Add("framework", FrameworkOf(info))
      .AddJson("subjects", JsonArray(subjects))
      .Add("messages", info.messages)
      .Add("bytes", info.bytes)
      .Add("first_sequence", info.first_sequence)
      .Add("last_sequence", info.last_sequence)
      .Add("oldest", row.oldest)
      .Add("age", now - row.oldest)
      .Add("consumers", info.consumers)
      .Add("created", info.created);
  return object.text();
}

std::string ToText(const std::vector<Row>& rows, absl::Time now, bool color) {
  Table table({{"STREAM"},
               {"KIND"},
               {"MESSAGES", true},
               {"BYTES", true},
               {"FIRST", true},
               {"LAST", true},
               {"OLDEST", true},
               {"CONSUMERS", true}});
  for (const Row& row : rows) {
    const StreamKind kind = KindOf(row.info.config);
    const bool event = kind == StreamKind::kEvent;
    table.Add(
        {row.info.config.name,
         Cell(std::string(NameOf(kind)), event ? Color::kGreen : Color::kDim),
         HumanCount(row.info.messages), HumanBytes(row.info.bytes),
         Cat(row.info.first_sequence), Cat(row.info.last_sequence),
         HumanDuration(now - row.oldest), Cat(row.info.consumers)});
  }
  return table.ToText(color);
}

}  // namespace

Task<absl::Status> ListStreams(Session& session, const Output& output) {
  absl::StatusOr<std::vector<StreamInfo>> infos =
      co_await session.transport.ListStreams();
  if (!infos.ok()) co_return infos.status();
  std::ranges::sort(*infos, {},
                    [](const StreamInfo& info) { return info.config.name; });
  std::vector<Row> rows;
  for (StreamInfo& info : *infos) {
    Row& row = rows.emplace_back();
    row.info = std::move(info);
    if (row.info.messages == 0) continue;
    transport::GetOptions first;
    first.sequence = row.info.first_sequence;
    // It may be gone by now; then its age is not known.
    const absl::StatusOr<transport::StoredMessage> message =
        co_await session.transport.GetMessage(row.info.config.name, first);
    if (message.ok()) row.oldest = message->time;
  }
  PrintRows(output, rows, session.clock.Now());
  co_return absl::OkStatus();
}

}  // namespace walnats::cli
