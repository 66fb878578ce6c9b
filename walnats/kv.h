#pragma once

// Keys and values in JetStream, in the buckets that the official clients use:
//
//   walnats::Bucket limits(services.client(), "limits", {.history = 5});
//   absl::StatusOr<uint64_t> revision =
//       co_await limits.Create("customer.42", "1000");
//   absl::StatusOr<walnats::KvEntry> entry = co_await
//   limits.Get("customer.42");
//   ... co_await limits.Update("customer.42", "900", entry->revision);
//
// A bucket is a stream "KV_<bucket>" with a subject "$KV.<bucket>.<key>" per
// key. Source: ADR-8 (github.com/nats-io/nats-architecture-and-design), TTLs
// ADR-48.
//
// Errors, besides the connection's (transport's kUnavailable and
// kDeadlineExceeded; kUnknown for a write whose answer was lost): kNotFound for
// a key without a value, or a bucket that may not be made; kAlreadyExists of
// Create; kAborted of a wrong revision; kInvalidArgument for a bad key or name;
// kUnimplemented for a TTL where the server lacks it (before 2.11).

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "walnats/client.h"
#include "walnats/limits.h"
#include "walnats/task.h"

namespace walnats {

struct BucketOptions {
  std::string description = {};
  int history = 1;  // values kept per key, 1 to 64
  // How long a value lives; a whole bucket's, known to every server.
  absl::Duration ttl = absl::InfiniteDuration();
  int64_t value_size = kUnlimited;  // bytes
  int64_t bytes = kUnlimited;       // of the bucket
  Storage storage = Storage::kFile;
  int replicas = 1;
  // Lets Create and Purge take a TTL of their own; 2.11.
  bool entry_ttl = false;
  // Make the bucket at its first use if it is missing. One that exists is
  // taken as it is.
  bool create = true;
};

enum class KvOperation { kPut, kDelete, kPurge };

struct KvEntry {
  std::string bucket;
  std::string key;
  std::string value;
  uint64_t revision = 0;  // of the bucket; grows with every write
  absl::Time created;     // when the server stored it
  KvOperation operation = KvOperation::kPut;
};

struct WatchOptions {
  bool history = false;       // older values first, as far as they are kept
  bool updates_only = false;  // nothing of what is there already
  bool ignore_deletes = false;
  uint64_t from_revision = 0;  // 0: what is there now
};

namespace internal {
class BucketCore;
class WatchCore;
}  // namespace internal

// What changes under some keys, in the order of the server. Destroying it ends
// it, and a Next that waits. It goes on by itself after the loss of the
// connection, a server or its place in the stream: a change is told once, none
// is left out.
class KvWatch {
 public:
  KvWatch(KvWatch&&) = default;
  KvWatch& operator=(KvWatch&&) = default;

  // The next change. nullopt once: all that was there at the start has been
  // told. kAborted, for good, if the bucket was deleted and made again. One
  // caller at a time.
  Task<absl::StatusOr<std::optional<KvEntry>>> Next();

 private:
  friend class Bucket;
  explicit KvWatch(std::shared_ptr<internal::WatchCore> core)
      : core_(std::move(core)) {}
  std::shared_ptr<internal::WatchCore> core_;
};

// A cheap handle; copies share the bucket. Any thread. Views need live only
// until the call has returned its Task; a dropped Task does nothing. As with
// Client, executors of yours on which it is awaited outlive Services::Run.
//
// Keys are 1 or more of [-/_=.a-zA-Z0-9], neither beginning nor ending with a
// dot. Filters may hold the tokens '*' and, at the end, '>'.
class Bucket {
 public:
  // `name`: [-_a-zA-Z0-9]. Sends nothing.
  Bucket(Client client, std::string_view name, BucketOptions options = {});

  const std::string& name() const;

  // The last value; or the one of `revision`, as long as history keeps it.
  Task<absl::StatusOr<KvEntry>> Get(std::string_view key,
                                    uint64_t revision = 0) const;

  // ---- writes return the new revision
  Task<absl::StatusOr<uint64_t>> Put(std::string_view key,
                                     std::string_view value) const;
  // Only if there is none, or it was deleted.
  Task<absl::StatusOr<uint64_t>> Create(
      std::string_view key, std::string_view value,
      absl::Duration ttl = absl::InfiniteDuration()) const;
  // Only if the last write is `revision`; 0: none ever.
  Task<absl::StatusOr<uint64_t>> Update(std::string_view key,
                                        std::string_view value,
                                        uint64_t revision) const;
  // Leaves a marker. With `revision`, only if that is the last write.
  Task<absl::Status> Delete(std::string_view key, uint64_t revision = 0) const;
  // As Delete, and removes the key's history.
  Task<absl::Status> Purge(std::string_view key, uint64_t revision = 0,
                           absl::Duration ttl = absl::InfiniteDuration()) const;

  // ---- many
  // Keys that have a value, sorted.
  Task<absl::StatusOr<std::vector<std::string>>> Keys(
      std::string_view filter = ">") const;
  // All that is kept of a key, oldest first.
  Task<absl::StatusOr<std::vector<KvEntry>>> History(
      std::string_view key) const;
  Task<absl::StatusOr<KvWatch>> Watch(std::string_view filter = ">",
                                      WatchOptions options = {}) const;

 private:
  static Task<absl::StatusOr<KvWatch>> Open(
      std::shared_ptr<internal::BucketCore> core, std::string filter,
      WatchOptions options);
  std::shared_ptr<internal::BucketCore> core_;
};

}  // namespace walnats
