#include "walnats/services/schemas.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "walnats/base/strings.h"
#include "walnats/kv.h"
#include "walnats/v1/schema.pb.h"

namespace walnats::internal {
namespace {

// OK also if nothing may be made and there is nothing.
Task<absl::Status> StoreSchema(const Bucket& bucket, const DeclaredEvent& event,
                               const RegisterOptions& options) {
  const std::string key = event.stream_name();
  const std::string wanted = StoredSchema(event);
  const absl::StatusOr<KvEntry> stored = co_await bucket.Get(key);
  if (stored.ok()) {
    if (stored->value == wanted || !options.update) co_return absl::OkStatus();
  } else if (!absl::IsNotFound(stored.status())) {
    co_return stored.status();
  } else if (!options.create) {
    co_return absl::OkStatus();
  }
  const absl::StatusOr<uint64_t> put = co_await bucket.Put(key, wanted);
  co_return put.status();
}

}  // namespace

std::string StoredSchema(const DeclaredEvent& event) {
  const TypeSchema type = event.schema();
  v1::EventSchema schema;
  schema.set_event(std::string(event.name()));
  schema.set_content_type(type.content_type);
  schema.set_schema(type.name);
  schema.mutable_files()->ParseFromString(type.files);
  return schema.SerializeAsString();
}

Task<std::string> StoreSchemas(Client client, std::vector<DeclaredEvent> events,
                               RegisterOptions options, bool single_server) {
  BucketOptions settings;
  settings.description = "What the messages of events are (walnats)";
  settings.create = options.create;
  for (const DeclaredEvent& event : events) {
    if (single_server) break;
    settings.replicas = std::max(settings.replicas, event.limits().replicas);
  }
  const Bucket bucket(std::move(client), kSchemaBucket, settings);
  for (const DeclaredEvent& event : events) {
    const absl::Status stored = co_await StoreSchema(bucket, event, options);
    // The others would fail for the same reason, each after its time-out.
    if (!stored.ok()) {
      co_return Cat("store the schema of event ", Quoted(event.name()), ": ",
                    ToStd(stored.message()));
    }
  }
  co_return std::string();
}

}  // namespace walnats::internal
