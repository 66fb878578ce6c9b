// `walnats kv put`, `create` and `delete`.

#include <iostream>
#include <iterator>
#include <string>

#include "walnats/base/strings.h"
#include "walnats/cli/confirm.h"
#include "walnats/cli/json.h"
#include "walnats/cli/kv.h"

namespace walnats::cli {
namespace {

std::string ValueOf(const KvWriteOptions& options) {
  if (options.value != "-") return options.value;
  return {std::istreambuf_iterator<char>(std::cin), {}};
}

void SayRevision(const Output& output, uint64_t revision) {
  JsonObject object;
  object.Add("revision", revision);
  output.PrintLine(output.json ? object.text() : Cat("revision ", revision));
}

Task<absl::Status> CreateBucket(Session& session, const Output& output,
                                const KvWriteOptions& options) {
  const absl::StatusOr<transport::StreamInfo> known =
      co_await session.transport.GetStream(Cat("KV_", options.bucket));
  if (known.ok()) {
    co_return Error(absl::StatusCode::kAlreadyExists, "kv create ",
                    Quoted(options.bucket), ": it exists");
  }
  if (!absl::IsNotFound(known.status())) co_return known.status();
  const Bucket bucket(session.client, options.bucket, options.settings);
  // Its first use makes it.
  const absl::StatusOr<std::vector<std::string>> keys = co_await bucket.Keys();
  if (!keys.ok()) co_return keys.status();
  JsonObject object;
  object.Add("bucket", options.bucket);
  output.PrintLine(output.json ? object.text()
                               : Cat("created bucket ", options.bucket));
  co_return absl::OkStatus();
}

Task<absl::Status> DeleteBucket(Session& session,
                                const KvDeleteOptions& options) {
  const std::string stream = Cat("KV_", options.bucket);
  const absl::StatusOr<transport::StreamInfo> known =
      co_await session.transport.GetStream(stream);
  if (!known.ok()) co_return known.status();
  if (!options.yes) {
    const std::string question =
        Cat("kv delete: remove bucket ", Quoted(options.bucket),
            " with all that it holds?");
    absl::Status sure = co_await Confirm(question);
    if (!sure.ok()) co_return sure;
  }
  co_return co_await session.transport.DeleteStream(stream);
}

}  // namespace

Task<absl::Status> PutValue(Session& session, const Output& output,
                            const KvWriteOptions& options) {
  const Bucket bucket = Existing(session, options.bucket);
  const std::string value = ValueOf(options);
  // Not by the conditional operator: g++ 12 has its trouble with co_await
  // there.
  absl::StatusOr<uint64_t> revision;
  if (options.revision == 0) {
    revision = co_await bucket.Put(options.key, value);
  } else {
    revision = co_await bucket.Update(options.key, value, options.revision);
  }
  if (!revision.ok()) co_return revision.status();
  SayRevision(output, *revision);
  co_return absl::OkStatus();
}

Task<absl::Status> Create(Session& session, const Output& output,
                          const KvWriteOptions& options) {
  if (options.key.empty()) {
    co_return co_await CreateBucket(session, output, options);
  }
  const Bucket bucket = Existing(session, options.bucket);
  const std::string value = ValueOf(options);
  const absl::StatusOr<uint64_t> revision =
      co_await bucket.Create(options.key, value);
  if (!revision.ok()) co_return revision.status();
  SayRevision(output, *revision);
  co_return absl::OkStatus();
}

Task<absl::Status> Delete(Session& session, const Output& output,
                          const KvDeleteOptions& options) {
  absl::Status done;
  if (options.key.empty()) {
    done = co_await DeleteBucket(session, options);
  } else {
    const Bucket bucket = Existing(session, options.bucket);
    // A marker for a key that never was would be noise for watchers.
    const absl::StatusOr<KvEntry> entry = co_await bucket.Get(options.key);
    done = entry.status();
    if (done.ok() && options.purge) {
      done = co_await bucket.Purge(options.key);
    } else if (done.ok()) {
      done = co_await bucket.Delete(options.key);
    }
  }
  if (!done.ok()) co_return done;
  JsonObject object;
  object.Add("deleted", options.key.empty() ? options.bucket : options.key);
  if (output.json) output.PrintLine(object.text());
  co_return absl::OkStatus();
}

}  // namespace walnats::cli
