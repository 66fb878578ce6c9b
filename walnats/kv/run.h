#pragma once

// A bucket's verb on the transport's thread, from any other.

#include <functional>
#include <memory>
#include <utility>

#include "walnats/kv/bucket_core.h"
#include "walnats/kv/names.h"

namespace walnats::internal {

// Refers to nothing that may die before its Task has ended.
template <class T>
using BucketVerb = std::function<Task<absl::StatusOr<T>>(
    BucketCore& bucket, transport::Transport& transport)>;

template <class T>
Task<absl::Status> RunVerb(BucketCore& bucket, transport::Transport& transport,
                           const BucketVerb<T>& verb,
                           absl::StatusOr<T>& result) {
  for (int tries = 2; tries > 0; --tries) {
    absl::Status there = co_await bucket.Ensure(transport);
    if (!there.ok()) co_return there;
    result = co_await verb(bucket, transport);
    if (!bucket.Doubt(result.status())) break;
  }
  co_return absl::OkStatus();
}

template <class T>
Task<absl::StatusOr<T>> Run(std::shared_ptr<BucketCore> bucket,
                            absl::Status valid, BucketVerb<T> verb) {
  if (valid.ok()) valid = CheckBucketName(bucket->name());
  if (!valid.ok()) co_return valid;
  absl::StatusOr<T> result;
  const ClientCore::Work work = [&](transport::Transport& transport) {
    return RunVerb(*bucket, transport, verb, result);
  };
  absl::Status ran = co_await bucket->client()->Run(work);
  if (!ran.ok()) co_return ran;
  co_return result;
}

}  // namespace walnats::internal
