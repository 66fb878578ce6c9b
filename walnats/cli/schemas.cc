#include "walnats/cli/schemas.h"

#include "walnats/kv.h"
#include "walnats/services/schemas.h"

namespace walnats::cli {

Task<const Decoder*> Schemas::Of(const std::string& stream) {
  const auto known = decoders_.find(stream);
  if (known != decoders_.end()) co_return &known->second;
  BucketOptions options;
  options.create = false;
  const Bucket bucket(session_.client, internal::kSchemaBucket, options);
  absl::StatusOr<KvEntry> entry = co_await bucket.Get(stream);
  const std::string stored = entry.ok() ? entry->value : std::string();
  co_return &decoders_.emplace(stream, Decoder(stored)).first->second;
}

}  // namespace walnats::cli
