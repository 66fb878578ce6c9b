#include <utility>

#include "walnats/base/strings.h"
#include "walnats/kv.h"
#include "walnats/kv/bucket_core.h"
#include "walnats/kv/names.h"
#include "walnats/kv/run.h"

namespace walnats {
namespace {

using internal::BucketCore;
using internal::Change;
using transport::Transport;

absl::Status Check(const Change& change) {
  absl::Status valid = internal::CheckKey(change.key);
  if (valid.ok() && change.ttl && *change.ttl <= absl::ZeroDuration()) {
    return absl::InvalidArgumentError("a TTL is longer than nothing");
  }
  return valid;
}

Task<absl::StatusOr<uint64_t>> Write(const std::shared_ptr<BucketCore>& core,
                                     Change change) {
  absl::Status valid = Check(change);
  return internal::Run<uint64_t>(
      core, std::move(valid),
      [change = std::move(change)](BucketCore& bucket, Transport& transport) {
        return bucket.Write(transport, change);
      });
}

Task<absl::Status> StatusOf(Task<absl::StatusOr<uint64_t>> write) {
  co_return (co_await std::move(write)).status();
}

std::optional<absl::Duration> TtlOf(absl::Duration ttl) {
  if (ttl == absl::InfiniteDuration()) return std::nullopt;
  return ttl;
}

// 0: of any.
std::optional<uint64_t> OnlyIf(uint64_t revision) {
  return revision == 0 ? std::nullopt : std::optional(revision);
}

}  // namespace

Bucket::Bucket(Client client, std::string_view name, BucketOptions options)
    : core_(std::make_shared<BucketCore>(std::move(client), name,
                                         std::move(options))) {}

const std::string& Bucket::name() const { return core_->name(); }

Task<absl::StatusOr<KvEntry>> Bucket::Get(std::string_view key,
                                          uint64_t revision) const {
  return internal::Run<KvEntry>(core_, internal::CheckKey(key),
                                [key = std::string(key), revision](
                                    BucketCore& bucket, Transport& transport) {
                                  return bucket.Get(transport, key, revision);
                                });
}

Task<absl::StatusOr<uint64_t>> Bucket::Put(std::string_view key,
                                           std::string_view value) const {
  Change change{.key = std::string(key), .value = std::string(value)};
  return Write(core_, std::move(change));
}

Task<absl::StatusOr<uint64_t>> Bucket::Create(std::string_view key,
                                              std::string_view value,
                                              absl::Duration ttl) const {
  Change change{.key = std::string(key), .value = std::string(value)};
  change.ttl = TtlOf(ttl);
  absl::Status valid = Check(change);
  return internal::Run<uint64_t>(
      core_, std::move(valid),
      [change = std::move(change)](BucketCore& bucket, Transport& transport) {
        return bucket.Create(transport, change);
      });
}

Task<absl::StatusOr<uint64_t>> Bucket::Update(std::string_view key,
                                              std::string_view value,
                                              uint64_t revision) const {
  Change change{.key = std::string(key), .value = std::string(value)};
  change.revision = revision;
  return Write(core_, std::move(change));
}

Task<absl::Status> Bucket::Delete(std::string_view key,
                                  uint64_t revision) const {
  Change change{.key = std::string(key)};
  change.operation = KvOperation::kDelete;
  change.revision = OnlyIf(revision);
  return StatusOf(Write(core_, std::move(change)));
}

Task<absl::Status> Bucket::Purge(std::string_view key, uint64_t revision,
                                 absl::Duration ttl) const {
  Change change{.key = std::string(key)};
  change.operation = KvOperation::kPurge;
  change.revision = OnlyIf(revision);
  change.ttl = TtlOf(ttl);
  return StatusOf(Write(core_, std::move(change)));
}

Task<absl::StatusOr<std::vector<std::string>>> Bucket::Keys(
    std::string_view filter) const {
  return internal::Run<std::vector<std::string>>(
      core_, internal::CheckKeyFilter(filter),
      [filter = std::string(filter)](BucketCore& bucket, Transport& transport) {
        return bucket.Keys(transport, filter);
      });
}

Task<absl::StatusOr<std::vector<KvEntry>>> Bucket::History(
    std::string_view key) const {
  return internal::Run<std::vector<KvEntry>>(
      core_, internal::CheckKey(key),
      [key = std::string(key)](BucketCore& bucket, Transport& transport) {
        return bucket.History(transport, key);
      });
}

}  // namespace walnats
