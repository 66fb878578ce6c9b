#pragma once

// What all copies of a Bucket share. Verbs run on the transport's thread.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "walnats/client/client_core.h"
#include "walnats/kv.h"
#include "walnats/transport/transport.h"

namespace walnats::internal {

// A write, in memory of its own.
struct Change {
  std::string key;
  std::string value = {};
  KvOperation operation = KvOperation::kPut;
  std::optional<uint64_t> revision = {};  // that must be the key's last
  std::optional<absl::Duration> ttl = {};
};

class BucketCore {
 public:
  BucketCore(Client client, std::string_view name, BucketOptions options);

  const std::string& name() const { return name_; }
  const std::string& stream() const { return stream_; }
  const std::shared_ptr<ClientCore>& client() const { return client_.core(); }

  // ---- the transport's thread
  // Once, until Doubt: the bucket is there, or is made.
  Task<absl::Status> Ensure(transport::Transport& transport);
  // After a verb that failed as it does without the bucket: true if it is to be
  // ensured, and the verb tried, again.
  bool Doubt(const absl::Status& status);

  Task<absl::StatusOr<KvEntry>> Get(transport::Transport& transport,
                                    std::string key, uint64_t revision);
  Task<absl::StatusOr<uint64_t>> Write(transport::Transport& transport,
                                       Change change);
  Task<absl::StatusOr<uint64_t>> Create(transport::Transport& transport,
                                        Change change);
  Task<absl::StatusOr<std::vector<std::string>>> Keys(
      transport::Transport& transport, std::string filter);
  Task<absl::StatusOr<std::vector<KvEntry>>> History(
      transport::Transport& transport, std::string key);

 private:
  transport::StreamConfig Config() const;
  Task<absl::StatusOr<uint64_t>> Publish(transport::Transport& transport,
                                         const Change& change,
                                         const std::string& id);
  Task<absl::StatusOr<uint64_t>> FindOwn(transport::Transport& transport,
                                         const Change& change,
                                         const std::string& id,
                                         absl::Status conflict);
  Task<absl::StatusOr<transport::StoredMessage>> Last(
      transport::Transport& transport, const std::string& key);
  std::string Act(std::string_view verb, std::string_view key) const;

  const Client client_;
  const std::string name_;
  const std::string stream_;
  const BucketOptions options_;
  bool ready_ = false;
  absl::Duration duplicate_window_;
};

// Whether the server says that the key has no message, not that the bucket is
// missing.
bool IsNoMessage(const absl::Status& status);

// As `status`, after "<act>: ".
absl::Status Because(const absl::Status& status, std::string_view act);

}  // namespace walnats::internal
