#include "walnats/kv/bucket_core.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "walnats/base/strings.h"
#include "walnats/kv/bucket_reader.h"
#include "walnats/kv/entry.h"
#include "walnats/kv/names.h"
#include "walnats/status.h"

namespace walnats::internal {
namespace {

using transport::StoredMessage;
using transport::StreamConfig;
using transport::Transport;

constexpr int kStreamNotFound = 10059;

// How long a watch can learn that an entry's time is over.
constexpr absl::Duration kMarkerTtl = absl::Hours(1);

std::optional<int64_t> Limit(int64_t limit) {
  return limit == kUnlimited ? std::nullopt : std::optional(limit);
}

}  // namespace

bool IsNoMessage(const absl::Status& status) {
  return absl::IsNotFound(status) && ServerCode(status) != kStreamNotFound;
}

absl::Status Because(const absl::Status& status, std::string_view act) {
  absl::Status told = Error(status.code(), act, ": ", ToStd(status.message()));
  if (const auto code = ServerCode(status)) SetServerCode(told, *code);
  return told;
}

BucketCore::BucketCore(Client client, std::string_view name,
                       BucketOptions options)
    : client_(std::move(client)),
      name_(name),
      stream_(BucketStream(name)),
      options_(std::move(options)) {}

std::string BucketCore::Act(std::string_view verb, std::string_view key) const {
  return Cat(verb, " key ", Quoted(key), " of bucket ", Quoted(name_));
}

StreamConfig BucketCore::Config() const {
  StreamConfig config;
  config.name = stream_;
  config.description = options_.description;
  config.subjects = {KeySubject(name_, ">")};
  config.storage = options_.storage;
  config.discard = Discard::kNew;
  config.max_messages_per_subject = options_.history;
  config.max_message_size = Limit(options_.value_size);
  config.max_bytes = Limit(options_.bytes);
  if (options_.ttl != absl::InfiniteDuration()) {
    config.max_age = options_.ttl;
    config.duplicate_window = std::min(config.duplicate_window, options_.ttl);
  }
  config.replicas = options_.replicas;
  config.allow_direct = true;
  config.allow_rollup = true;
  config.deny_delete = true;
  if (options_.entry_ttl) {
    config.allow_message_ttl = true;
    config.subject_delete_marker_ttl = kMarkerTtl;
  }
  return config;
}

// Others may make it at the same moment, in another form too: theirs is taken.
Task<absl::Status> BucketCore::Ensure(Transport& transport) {
  if (ready_) co_return absl::OkStatus();
  const std::string act = Cat("open bucket ", Quoted(name_));
  absl::Status failure;
  for (int i = 0; i < 3; ++i) {
    const absl::StatusOr<transport::StreamInfo> found =
        co_await transport.GetStream(stream_);
    if (found.ok()) {
      duplicate_window_ = found->config.duplicate_window;
      ready_ = true;
      co_return absl::OkStatus();
    }
    if (!absl::IsNotFound(found.status())) co_return found.status();
    if (!options_.create) {
      co_return Error(absl::StatusCode::kNotFound, act, ": there is none");
    }
    if (!failure.ok()) break;
    const StreamConfig config = Config();
    failure = (co_await transport.CreateStream(config)).status();
  }
  co_return Because(failure, act);
}

bool BucketCore::Doubt(const absl::Status& status) {
  const bool gone =
      ServerCode(status) == kStreamNotFound || absl::IsUnavailable(status);
  if (gone) ready_ = false;
  return gone;
}

Task<absl::StatusOr<StoredMessage>> BucketCore::Last(Transport& transport,
                                                     const std::string& key) {
  transport::GetOptions get;
  get.last_by_subject = KeySubject(name_, key);
  return transport.GetMessage(stream_, get);
}

Task<absl::StatusOr<KvEntry>> BucketCore::Get(Transport& transport,
                                              std::string key,
                                              uint64_t revision) {
  transport::GetOptions get;
  get.sequence = revision;
  if (revision == 0) get.last_by_subject = KeySubject(name_, key);
  absl::StatusOr<StoredMessage> message =
      co_await transport.GetMessage(stream_, get);
  if (!message.ok() && !IsNoMessage(message.status())) {
    co_return Because(message.status(), Act("get", key));
  }
  if (!message.ok() || message->subject != KeySubject(name_, key) ||
      OperationOf(*message) != KvOperation::kPut) {
    co_return Error(absl::StatusCode::kNotFound, Act("get", key), ": no value",
                    revision == 0 ? "" : Cat(" at revision ", revision));
  }
  co_return EntryOf(name_, *std::move(message));
}

Task<absl::StatusOr<std::vector<std::string>>> BucketCore::Keys(
    Transport& transport, std::string filter) {
  transport::ReadOptions options;
  options.subjects = {KeySubject(name_, filter)};
  options.deliver = transport::DeliverPolicy::kLastPerSubject;
  options.headers_only = true;
  BucketReader reader(*this, transport, options);
  std::set<std::string> keys;
  for (;;) {
    absl::StatusOr<std::optional<KvEntry>> entry = co_await reader.Next();
    if (!entry.ok()) co_return entry.status();
    if (!entry->has_value()) break;
    if ((*entry)->operation == KvOperation::kPut) {
      keys.insert(std::move((*entry)->key));
    } else {
      keys.erase((*entry)->key);
    }
  }
  co_return std::vector<std::string>(keys.begin(), keys.end());
}

Task<absl::StatusOr<std::vector<KvEntry>>> BucketCore::History(
    Transport& transport, std::string key) {
  transport::ReadOptions options;
  options.subjects = {KeySubject(name_, key)};
  BucketReader reader(*this, transport, options);
  std::vector<KvEntry> entries;
  for (;;) {
    absl::StatusOr<std::optional<KvEntry>> entry = co_await reader.Next();
    if (!entry.ok()) co_return entry.status();
    if (!entry->has_value()) break;
    entries.push_back(**std::move(entry));
  }
  co_return entries;
}

}  // namespace walnats::internal
