#include "walnats/services/parked_keys.h"

#include <utility>

#include "google/protobuf/util/time_util.h"
#include "walnats/base/strings.h"
#include "walnats/v1/parked_key.pb.h"

namespace walnats::internal {
namespace {

using google::protobuf::util::TimeUtil;

constexpr std::string_view kBucket = "walnats-parked";

// Other processes change the record too, each time for a message of the key.
constexpr int kTries = 16;

bool WasBeaten(const absl::Status& status) {
  return absl::IsAborted(status) || absl::IsAlreadyExists(status);
}

}  // namespace

ParkedKeys::ParkedKeys(ActorRunner& runner, absl::Time created, Client client,
                       TimerQueue& clock, const BucketOptions& bucket,
                       absl::Duration interval)
    : runner_(runner),
      created_(created),
      prefix_(Cat(runner.actor().event().stream_name(), ".",
                  runner.actor().name(), ".")),
      bucket_(std::move(client), kBucket, bucket),
      follower_(bucket_, Cat(prefix_, ">"), clock, interval,
                {.changed =
                     [this](const KvEntry& entry) {
                       Learn(entry.key, entry.revision, ListIn(entry));
                     },
                 .loaded = [this](const auto& status) { OnLoaded(status); }}) {
  runner_.SetParking(*this);
  runner_.Close(Gate::kParking);
}

void ParkedKeys::OnLoaded(const absl::Status& status) {
  if (!runner_.closed(Gate::kParking)) return;
  runner_.SetProblem(
      status.ok() ? "" : Cat("read its parked keys: ", status.ToString()));
  if (status.ok()) runner_.Open(Gate::kParking);
}

std::string ParkedKeys::RecordOf(std::string_view key) const {
  return Cat(prefix_, KeyHash(key));
}

ParkedList ParkedKeys::ListIn(const KvEntry& entry) const {
  v1::ParkedKey record;
  if (entry.operation != KvOperation::kPut ||
      !record.ParseFromString(entry.value)) {
    return {};
  }
  const absl::Time created = absl::FromUnixNanos(
      TimeUtil::TimestampToNanoseconds(record.stream_created()));
  // Of another incarnation, whose messages are gone.
  if (created != created_) return {};
  std::vector<ParkedList::Message> messages;
  for (const v1::ParkedMessage& one : record.messages()) {
    messages.push_back({one.sequence(), one.generation()});
  }
  return ParkedList(std::move(messages));
}

void ParkedKeys::Learn(const std::string& record, uint64_t revision,
                       ParkedList list) {
  // What a change of ours has learned may be newer than what is told.
  Known& known = known_[record];
  if (revision < known.revision) return;
  known = {revision, std::move(list)};
}

ParkedVerdict ParkedKeys::Judge(std::string_view key, uint64_t sequence,
                                int generation) const {
  if (known_.empty()) return {};
  const auto found = known_.find(RecordOf(key));
  if (found == known_.end()) return {};
  return found->second.list.Judge(sequence, generation);
}

Task<absl::Status> ParkedKeys::Park(std::string key, uint64_t sequence,
                                    int generation) {
  return Change(std::move(key), [sequence, generation](ParkedList& list) {
    return list.Park(sequence, generation);
  });
}

Task<absl::Status> ParkedKeys::Free(std::string key, uint64_t sequence) {
  return Change(std::move(key),
                [sequence](ParkedList& list) { return list.Free(sequence); });
}

Task<absl::Status> ParkedKeys::Change(std::string key,
                                      std::function<bool(ParkedList&)> change) {
  const std::string record = RecordOf(key);
  absl::Status status;
  for (int i = 0; i < kTries; ++i) {
    const absl::StatusOr<KvEntry> entry = co_await bucket_.Get(record);
    if (!entry.ok() && !absl::IsNotFound(entry.status())) {
      co_return entry.status();
    }
    ParkedList list = entry.ok() ? ListIn(*entry) : ParkedList();
    const uint64_t revision = entry.ok() ? entry->revision : 0;
    if (!change(list)) {
      if (entry.ok()) Learn(record, revision, std::move(list));
      co_return absl::OkStatus();
    }
    const absl::StatusOr<uint64_t> written =
        co_await Write(key, list, revision);
    if (written.ok()) {
      Learn(record, *written, std::move(list));
      co_return absl::OkStatus();
    }
    status = written.status();
    if (!WasBeaten(status)) break;
  }
  co_return status;
}

Task<absl::StatusOr<uint64_t>> ParkedKeys::Write(const std::string& key,
                                                 const ParkedList& list,
                                                 uint64_t revision) {
  const std::string record = RecordOf(key);
  v1::ParkedKey stored;
  stored.set_key(key);
  *stored.mutable_stream_created() =
      TimeUtil::NanosecondsToTimestamp(absl::ToUnixNanos(created_));
  for (const ParkedList::Message& message : list.messages()) {
    v1::ParkedMessage& one = *stored.add_messages();
    one.set_sequence(message.sequence);
    one.set_generation(message.generation);
  }
  const std::string value = stored.SerializeAsString();
  if (revision == 0) co_return co_await bucket_.Create(record, value);
  if (!list.messages().empty()) {
    co_return co_await bucket_.Update(record, value, revision);
  }
  const absl::Status deleted = co_await bucket_.Delete(record, revision);
  if (!deleted.ok()) co_return deleted;
  // At least that of the marker.
  co_return revision + 1;
}

}  // namespace walnats::internal
