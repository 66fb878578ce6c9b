#include "walnats/cli/actors.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "walnats/base/strings.h"
#include "walnats/cli/human.h"
#include "walnats/cli/json.h"
#include "walnats/cli/print_rows.h"
#include "walnats/cli/stream_kind.h"
#include "walnats/services/pause.h"

namespace walnats::cli {
namespace {

using transport::ConsumerInfo;
using transport::StreamInfo;

struct Row {
  std::string event;
  ConsumerInfo info;
  absl::Time oldest = absl::InfinitePast();  // that is not handled yet
  absl::Time paused_until = absl::InfinitePast();

  bool paused(absl::Time now) const { return paused_until > now; }
};

std::string ServiceOf(const ConsumerInfo& info) {
  const auto found = info.config.metadata.find("walnats.service");
  return found == info.config.metadata.end() ? "" : found->second;
}

std::string ToJson(const Row& row, absl::Time now) {
  const ConsumerInfo& info = row.info;
  JsonObject object;
  object.Add("event", row.event)
      .Add("actor", info.config.name)
      .Add("service", ServiceOf(info))
      .Add("lag", info.pending)
      .Add("ack_pending", info.ack_pending)
      .Add("redelivered", info.redelivered)
      .Add("waiting_pulls", info.waiting)
      .Add("oldest", row.oldest)
      .Add("oldest_age", now - row.oldest)
      .Add("paused", row.paused(now))
      .Add("paused_until", row.paused_until);
  return object.text();
}

Cell Warned(int64_t count, Color color) {
  return Cell(HumanCount(static_cast<uint64_t>(count)),
              count > 0 ? color : Color::kNone);
}

struct State {
  std::string text;
  Color color;
};

State StateOf(const Row& row, absl::Time now) {
  if (row.paused_until == absl::InfiniteFuture()) {
    return {"paused", Color::kYellow};
  }
  if (row.paused(now)) {
    return {Cat("paused for ", HumanDuration(row.paused_until - now)),
            Color::kYellow};
  }
  // Nobody asks for messages: no process of it runs.
  if (row.info.waiting == 0) return {"no pulls", Color::kYellow};
  return {"running", Color::kGreen};
}

std::string ToText(const std::vector<Row>& rows, absl::Time now, bool color) {
  Table table({{"EVENT"},
               {"ACTOR"},
               {"SERVICE"},
               {"LAG", true},
               {"PENDING", true},
               {"REDELIVERED", true},
               {"PULLS", true},
               {"OLDEST", true},
               {"STATE"}});
  for (const Row& row : rows) {
    const ConsumerInfo& info = row.info;
    const State state = StateOf(row, now);
    table.Add({row.event, info.config.name, ServiceOf(info),
               Warned(static_cast<int64_t>(info.pending), Color::kYellow),
               Warned(info.ack_pending, Color::kNone),
               Warned(info.redelivered, Color::kYellow), Cat(info.waiting),
               HumanDuration(now - row.oldest), Cell(state.text, state.color)});
  }
  return table.ToText(color);
}

// The time of the first message above the ack floor.
Task<absl::Time> OldestUnhandled(Session& session, ConsumerInfo info) {
  if (info.pending == 0 && info.ack_pending == 0) {
    co_return absl::InfinitePast();
  }
  transport::GetOptions next;
  next.from = info.ack_floor_stream_sequence + 1;
  next.next_by_subject = info.config.filter_subjects.empty()
                             ? ">"
                             : info.config.filter_subjects[0];
  const absl::StatusOr<transport::StoredMessage> message =
      co_await session.transport.GetMessage(info.stream, next);
  co_return message.ok() ? message->time : absl::InfinitePast();
}

// By the server, or, before 2.11, by a record.
Task<absl::Time> PausedUntil(Session& session, ConsumerInfo info) {
  if (internal::PausesConsumers(session.transport)) {
    co_return internal::PausedUntil(info);
  }
  co_return co_await internal::RecordedPause(session.client, info.stream,
                                             info.config.name);
}

Task<absl::StatusOr<std::vector<Row>>> ActorsOf(Session& session,
                                                StreamInfo stream) {
  std::vector<Row> rows;
  const std::string name = stream.config.name;
  absl::StatusOr<std::vector<ConsumerInfo>> consumers =
      co_await session.transport.ListConsumers(name);
  if (!consumers.ok()) co_return consumers.status();
  for (ConsumerInfo& info : *consumers) {
    // What tails and scans is nobody's actor.
    if (!info.config.durable) continue;
    Row& row = rows.emplace_back();
    row.event = stream.config.subjects[0];
    row.info = std::move(info);
    row.info.stream = name;
    row.oldest = co_await OldestUnhandled(session, row.info);
    row.paused_until = co_await PausedUntil(session, row.info);
  }
  std::ranges::sort(rows, {},
                    [](const Row& row) { return row.info.config.name; });
  co_return rows;
}

Task<absl::StatusOr<std::vector<StreamInfo>>> EventStreams(
    Session& session, const std::string& event) {
  if (!event.empty()) {
    const std::string name = StreamOf(event);
    absl::StatusOr<StreamInfo> one = co_await session.transport.GetStream(name);
    if (!one.ok()) co_return one.status();
    std::vector<StreamInfo> found;
    found.push_back(*std::move(one));
    co_return found;
  }
  absl::StatusOr<std::vector<StreamInfo>> all =
      co_await session.transport.ListStreams();
  if (!all.ok()) co_return all.status();
  std::erase_if(*all, [](const StreamInfo& info) {
    return KindOf(info.config) != StreamKind::kEvent;
  });
  std::ranges::sort(*all, {},
                    [](const StreamInfo& info) { return info.config.name; });
  co_return all;
}

}  // namespace

Task<absl::Status> ListActors(Session& session, const Output& output,
                              const ActorsOptions& options) {
  const absl::StatusOr<std::vector<StreamInfo>> streams =
      co_await EventStreams(session, options.event);
  if (!streams.ok()) co_return streams.status();
  std::vector<Row> rows;
  for (const StreamInfo& stream : *streams) {
    if (stream.config.subjects.empty()) continue;
    absl::StatusOr<std::vector<Row>> actors =
        co_await ActorsOf(session, stream);
    // Deleted meanwhile.
    if (absl::IsNotFound(actors.status())) continue;
    if (!actors.ok()) co_return actors.status();
    std::ranges::move(*actors, std::back_inserter(rows));
  }
  PrintRows(output, rows, session.clock.Now());
  co_return absl::OkStatus();
}

}  // namespace walnats::cli
