// `walnats kv buckets`, `keys`, `get`, `history` and `watch`.

#include <unistd.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "walnats/base/strings.h"
#include "walnats/cli/entry_text.h"
#include "walnats/cli/human.h"
#include "walnats/cli/json.h"
#include "walnats/cli/kv.h"
#include "walnats/cli/stream_kind.h"
#include "walnats/cli/text.h"

namespace walnats::cli {
namespace {

using transport::StreamInfo;

constexpr std::string_view kPrefix = "KV_";

std::string BucketJson(const StreamInfo& info) {
  const transport::StreamConfig& config = info.config;
  JsonObject object;
  object.Add("bucket", std::string_view(config.name).substr(kPrefix.size()))
      .Add("description", config.description)
      .Add("values", info.messages)
      .Add("bytes", info.bytes)
      .Add("history", config.max_messages_per_subject.value_or(-1))
      .Add("ttl", config.max_age.value_or(absl::InfiniteDuration()))
      .Add("replicas", config.replicas)
      .Add("created", info.created);
  return object.text();
}

std::string BucketTable(const std::vector<StreamInfo>& buckets, bool color) {
  Table table({{"BUCKET"},
               {"VALUES", true},
               {"BYTES", true},
               {"HISTORY", true},
               {"TTL", true},
               {"DESCRIPTION"}});
  for (const StreamInfo& info : buckets) {
    const transport::StreamConfig& config = info.config;
    table.Add({config.name.substr(kPrefix.size()), HumanCount(info.messages),
               HumanBytes(info.bytes),
               Cat(config.max_messages_per_subject.value_or(-1)),
               HumanDuration(config.max_age.value_or(absl::InfiniteDuration())),
               config.description});
  }
  return table.ToText(color);
}

absl::Status Nothing(std::string_view act, const std::string& bucket) {
  return Error(absl::StatusCode::kNotFound, "kv ", act, " ", Quoted(bucket),
               ": no keys");
}

}  // namespace

Bucket Existing(const Session& session, const std::string& name) {
  BucketOptions options;
  options.create = false;
  return Bucket(session.client, name, options);
}

Task<absl::Status> ListBuckets(Session& session, const Output& output) {
  absl::StatusOr<std::vector<StreamInfo>> streams =
      co_await session.transport.ListStreams();
  if (!streams.ok()) co_return streams.status();
  std::erase_if(*streams, [](const StreamInfo& info) {
    return KindOf(info.config) != StreamKind::kBucket;
  });
  std::ranges::sort(*streams, {},
                    [](const StreamInfo& info) { return info.config.name; });
  std::vector<std::string> objects;
  for (const StreamInfo& info : *streams) objects.push_back(BucketJson(info));
  output.Print(output.json ? JsonArray(objects) + '\n'
                           : BucketTable(*streams, output.color));
  co_return absl::OkStatus();
}

Task<absl::Status> ListKeys(Session& session, const Output& output,
                            const KvKeysOptions& options) {
  const Bucket bucket = Existing(session, options.bucket);
  const absl::StatusOr<std::vector<std::string>> keys =
      co_await bucket.Keys(options.filter);
  if (!keys.ok()) co_return keys.status();
  std::vector<std::string> texts;
  for (const std::string& key : *keys) {
    texts.push_back(output.json ? JsonText(key) : Printable(key));
  }
  if (output.json) output.PrintLine(JsonArray(texts));
  if (!output.json) {
    for (const std::string& text : texts) output.PrintLine(text);
  }
  co_return texts.empty() ? Nothing("keys", options.bucket) : absl::OkStatus();
}

Task<absl::Status> GetValue(Session& session, const Output& output,
                            const KvKeyOptions& options) {
  const Bucket bucket = Existing(session, options.bucket);
  const absl::StatusOr<KvEntry> entry =
      co_await bucket.Get(options.key, options.revision);
  if (!entry.ok()) co_return entry.status();
  if (output.json) {
    output.PrintLine(EntryJson(*entry));
  } else if (options.raw) {
    output.Print(entry->value);
  } else if (isatty(STDOUT_FILENO) == 1) {
    output.PrintLine(Visible(entry->value, true));
  } else {
    output.PrintLine(entry->value);
  }
  co_return absl::OkStatus();
}

Task<absl::Status> ShowHistory(Session& session, const Output& output,
                               const KvKeyOptions& options) {
  const Bucket bucket = Existing(session, options.bucket);
  const absl::StatusOr<std::vector<KvEntry>> entries =
      co_await bucket.History(options.key);
  if (!entries.ok()) co_return entries.status();
  Table table = EntryTable();
  std::vector<std::string> objects;
  for (const KvEntry& entry : *entries) {
    objects.push_back(EntryJson(entry));
    AddRow(table, entry);
  }
  output.Print(output.json ? JsonArray(objects) + '\n'
                           : table.ToText(output.color));
  co_return entries->empty() ? Nothing("history", options.bucket)
                             : absl::OkStatus();
}

Task<absl::Status> WatchKeys(Session& session, const Output& output,
                             const KvKeysOptions& options) {
  const Bucket bucket = Existing(session, options.bucket);
  WatchOptions what;
  what.history = options.history;
  absl::StatusOr<KvWatch> watch = co_await bucket.Watch(options.filter, what);
  if (!watch.ok()) co_return watch.status();
  while (true) {
    const absl::StatusOr<std::optional<KvEntry>> entry = co_await watch->Next();
    if (!entry.ok()) co_return entry.status();
    if (!entry->has_value()) continue;
    output.PrintLine(output.json ? EntryJson(**entry)
                                 : EntryLine(**entry, output.color));
  }
}

}  // namespace walnats::cli
