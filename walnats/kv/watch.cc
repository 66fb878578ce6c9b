#include <utility>

#include "walnats/kv.h"
#include "walnats/kv/bucket_core.h"
#include "walnats/kv/bucket_reader.h"
#include "walnats/kv/names.h"
#include "walnats/kv/run.h"

namespace walnats {
namespace internal {

// A Next that waits has its own share of client and reader, so that the watch
// can end meanwhile.
class WatchCore {
 public:
  WatchCore(std::shared_ptr<ClientCore> client,
            std::shared_ptr<BucketReader> reader, bool ignore_deletes)
      : client_(std::move(client)),
        reader_(std::move(reader)),
        ignore_deletes_(ignore_deletes) {}
  ~WatchCore() { BucketReader::Release(std::move(reader_)); }
  WatchCore(const WatchCore&) = delete;
  WatchCore& operator=(const WatchCore&) = delete;

  Task<BucketReader::Result> Next() const {
    return Next(client_, reader_, ignore_deletes_);
  }

 private:
  static Task<BucketReader::Result> Next(std::shared_ptr<ClientCore> client,
                                         std::shared_ptr<BucketReader> reader,
                                         bool ignore_deletes);

  const std::shared_ptr<ClientCore> client_;
  std::shared_ptr<BucketReader> reader_;
  const bool ignore_deletes_;
};

namespace {

using Reader = std::shared_ptr<BucketReader>;

Task<absl::Status> ReadOne(BucketReader& reader, BucketReader::Result& result) {
  result = co_await reader.Next();
  co_return result.status();
}

bool IsDeletion(const BucketReader::Result& result) {
  return result.ok() && result->has_value() &&
         (*result)->operation != KvOperation::kPut;
}

transport::ReadOptions ReadOptionsOf(const WatchOptions& options,
                                     std::string subject) {
  using enum transport::DeliverPolicy;
  transport::ReadOptions read;
  read.subjects = {std::move(subject)};
  read.deliver = kLastPerSubject;
  if (options.history) read.deliver = kAll;
  if (options.updates_only) read.deliver = kNew;
  if (options.from_revision > 0) read.deliver = kBySequence;
  read.start_sequence = options.from_revision;
  read.follow = true;
  return read;
}

Task<absl::StatusOr<Reader>> OpenReader(BucketCore& bucket,
                                        transport::Transport& transport,
                                        transport::ReadOptions options) {
  co_return std::make_shared<BucketReader>(bucket, transport,
                                           std::move(options));
}

}  // namespace

Task<BucketReader::Result> WatchCore::Next(std::shared_ptr<ClientCore> client,
                                           std::shared_ptr<BucketReader> reader,
                                           bool ignore_deletes) {
  BucketReader::Result result;
  const ClientCore::Work work = [&](transport::Transport&) {
    return ReadOne(*reader, result);
  };
  do {
    absl::Status ran = co_await client->Run(work);
    if (!ran.ok()) co_return ran;
  } while (ignore_deletes && IsDeletion(result));
  co_return result;
}

}  // namespace internal

Task<absl::StatusOr<std::optional<KvEntry>>> KvWatch::Next() {
  return core_->Next();
}

Task<absl::StatusOr<KvWatch>> Bucket::Open(
    std::shared_ptr<internal::BucketCore> core, std::string filter,
    WatchOptions options) {
  const std::string subject = internal::KeySubject(core->name(), filter);
  Task<absl::StatusOr<internal::Reader>> open = internal::Run<internal::Reader>(
      core, internal::CheckKeyFilter(filter),
      [&](internal::BucketCore& bucket, transport::Transport& transport) {
        return internal::OpenReader(bucket, transport,
                                    internal::ReadOptionsOf(options, subject));
      });
  absl::StatusOr<internal::Reader> reader = co_await std::move(open);
  if (!reader.ok()) co_return reader.status();
  co_return KvWatch(std::make_shared<internal::WatchCore>(
      core->client(), *std::move(reader), options.ignore_deletes));
}

Task<absl::StatusOr<KvWatch>> Bucket::Watch(std::string_view filter,
                                            WatchOptions options) const {
  return Open(core_, std::string(filter), options);
}

}  // namespace walnats
