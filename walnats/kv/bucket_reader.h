#pragma once

// Reads a bucket's stream, as long as its client is open.

#include <memory>
#include <optional>
#include <string>

#include "walnats/client/client_core.h"
#include "walnats/kv/bucket_core.h"
#include "walnats/transport/stream_reader.h"

namespace walnats::internal {

// On the transport's thread, but for Release.
class BucketReader final : private ClientCore::CloseSink,
                           public std::enable_shared_from_this<BucketReader> {
 public:
  using Result = absl::StatusOr<std::optional<KvEntry>>;

  BucketReader(const BucketCore& bucket, transport::Transport& transport,
               transport::ReadOptions options);
  ~BucketReader();

  // As StreamReader::Next.
  Task<Result> Next();

  // Ends what `reader` reads, on its thread. Any thread.
  static void Release(std::shared_ptr<BucketReader> reader);

 private:
  void OnClose() override {
    // A Next that ends by it may give up the last share.
    const std::shared_ptr<BucketReader> self = weak_from_this().lock();
    reader_.reset();
  }
  static Task<absl::Status> End(std::shared_ptr<BucketReader> reader);

  const std::string bucket_;
  // Weak, because what is spawned on a thread that has ended keeps this.
  const std::weak_ptr<ClientCore> client_;
  std::optional<transport::StreamReader> reader_;
};

}  // namespace walnats::internal
