#include "walnats/kv/bucket_reader.h"

#include <utility>

#include "walnats/base/strings.h"
#include "walnats/kv/entry.h"
#include "walnats/runtime/spawn.h"

namespace walnats::internal {

BucketReader::BucketReader(const BucketCore& bucket,
                           transport::Transport& transport,
                           transport::ReadOptions options)
    : bucket_(bucket.name()), client_(bucket.client()) {
  reader_.emplace(transport, bucket.client()->clock(), bucket.stream(),
                  std::move(options));
  bucket.client()->Watch(*this);
}

BucketReader::~BucketReader() {
  if (const auto client = client_.lock()) client->Forget(*this);
}

Task<BucketReader::Result> BucketReader::Next() {
  if (!reader_) {
    co_return Error(absl::StatusCode::kFailedPrecondition, "read bucket ",
                    Quoted(bucket_), ": it has ended");
  }
  Task<absl::StatusOr<std::optional<transport::StoredMessage>>> task =
      reader_->Next();
  absl::StatusOr<std::optional<transport::StoredMessage>> next =
      co_await std::move(task);
  if (!next.ok()) co_return next.status();
  if (!next->has_value()) co_return std::nullopt;
  co_return EntryOf(bucket_, **std::move(next));
}

void BucketReader::Release(std::shared_ptr<BucketReader> reader) {
  const std::shared_ptr<ClientCore> client = reader->client_.lock();
  if (client == nullptr) return;
  const Executor executor = client->executor();
  Spawn(executor, End(std::move(reader)), [](absl::Status) {});
}

Task<absl::Status> BucketReader::End(std::shared_ptr<BucketReader> reader) {
  reader->reader_.reset();
  co_return absl::OkStatus();
}

}  // namespace walnats::internal
