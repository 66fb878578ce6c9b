#pragma once

// `walnats kv`: buckets of keys and values.

#include <cstdint>
#include <string>

#include "walnats/cli/output.h"
#include "walnats/cli/session.h"
#include "walnats/kv.h"

namespace walnats::cli {

struct KvKeyOptions {
  std::string bucket;
  std::string key = {};
  uint64_t revision = 0;
  bool raw = false;  // the bytes of the value and nothing else
};

struct KvKeysOptions {
  std::string bucket;
  std::string filter = ">";
  bool history = false;
};

struct KvWriteOptions {
  std::string bucket;
  std::string key = {};
  std::string value = {};  // "-": what stdin has
  uint64_t revision = 0;   // above 0: only if it is the last
  BucketOptions settings = {};
};

struct KvDeleteOptions {
  std::string bucket;
  std::string key = {};  // empty: the bucket
  bool purge = false;    // its history too
  bool yes = false;
};

Task<absl::Status> ListBuckets(Session& session, const Output& output);
Task<absl::Status> ListKeys(Session& session, const Output& output,
                            const KvKeysOptions& options);
Task<absl::Status> GetValue(Session& session, const Output& output,
                            const KvKeyOptions& options);
Task<absl::Status> ShowHistory(Session& session, const Output& output,
                               const KvKeyOptions& options);
Task<absl::Status> WatchKeys(Session& session, const Output& output,
                             const KvKeysOptions& options);
Task<absl::Status> PutValue(Session& session, const Output& output,
                            const KvWriteOptions& options);
// A bucket; or, with a key, its value if it has none.
Task<absl::Status> Create(Session& session, const Output& output,
                          const KvWriteOptions& options);
Task<absl::Status> Delete(Session& session, const Output& output,
                          const KvDeleteOptions& options);

// A handle on a bucket that must exist.
Bucket Existing(const Session& session, const std::string& name);

}  // namespace walnats::cli
