#include "walnats/testing/jetstream_model/batches.h"

#include <algorithm>
#include <utility>

#include "walnats/testing/jetstream_model/refusals.h"

namespace walnats::testing::model {
namespace {

constexpr size_t kMaxId = 64;
constexpr int kMaxMessages = 1'000;
constexpr size_t kMaxOpen = 50;
constexpr absl::Duration kMaxIdle = absl::Seconds(10);
constexpr std::string_view kEnd = "eob";

bool IsTooLarge(const PublishRequest& request, bool ends) {
  return *request.batch_sequence - (ends ? 1 : 0) > kMaxMessages;
}

}  // namespace

Answer<std::optional<Batches::Messages>> Batches::Add(
    const PublishRequest& request, transport::StoredMessage message,
    absl::Time now) {
  if (request.batch.size() > kMaxId) return BatchIdInvalid();
  if (!request.batch_sequence) return BatchWithoutSequence();
  const bool ends =
      request.batch_commit == kEnd && Has(version_, Difference::kBatchEndMark);
  const bool commits = ends || request.batch_commit == "1";
  auto found = open_.find(request.batch);
  if (found == open_.end()) {
    if (auto refusal = CheckFirst(request, ends)) return *refusal;
    found = open_.emplace(request.batch, Open()).first;
  }
  Open& batch = found->second;
  ++batch.last;
  if (auto refusal = CheckNext(request, ends, batch)) {
    open_.erase(found);
    return *refusal;
  }
  batch.expires = now + kMaxIdle;
  if (!ends) batch.messages.push_back(std::move(message));
  if (!commits) return std::optional<Messages>();
  std::optional<Messages> messages = std::move(batch.messages);
  open_.erase(found);
  return messages;
}

std::optional<Refusal> Batches::CheckFirst(const PublishRequest& request,
                                           bool ends) const {
  if (request.batch_sequence != 1u) {
    return IsTooLarge(request, ends) ? BatchTooLarge(kMaxMessages)
                                     : BatchIncomplete();
  }
  if (open_.size() >= kMaxOpen) return TooManyBatches();
  return std::nullopt;
}

std::optional<Refusal> Batches::CheckNext(const PublishRequest& request,
                                          bool ends, const Open& batch) {
  const bool known =
      !request.batch_commit || ends || request.batch_commit == "1";
  if (!known && Has(version_, Difference::kBatchInvalidCommit)) {
    return BatchCommitInvalid();
  }
  if (request.batch_sequence != batch.last || (ends && batch.last == 1)) {
    Abandon(request.batch, "incomplete");
    return BatchIncomplete();
  }
  if (IsTooLarge(request, ends)) {
    Abandon(request.batch, "large");
    return BatchTooLarge(kMaxMessages);
  }
  return std::nullopt;
}

void Batches::Abandon(std::string_view batch, std::string_view reason) {
  abandoned_.push_back({std::string(batch), reason});
}

void Batches::Expire(absl::Time now) {
  for (auto it = open_.begin(); it != open_.end();) {
    if (it->second.expires > now) {
      ++it;
      continue;
    }
    Abandon(it->first, "timeout");
    it = open_.erase(it);
  }
}

absl::Time Batches::next() const {
  absl::Time next = absl::InfiniteFuture();
  for (const auto& [id, batch] : open_) next = std::min(next, batch.expires);
  return next;
}

std::vector<Batches::Abandoned> Batches::TakeAbandoned() {
  return std::exchange(abandoned_, {});
}

}  // namespace walnats::testing::model
