#include "walnats/testing/jetstream_model/pull_queue.h"

#include <algorithm>
#include <string>
#include <utility>

#include "walnats/testing/jetstream_model/subject.h"

namespace walnats::testing::model {

int64_t PullQueue::wanted() const {
  int64_t sum = 0;
  for (const Pull& pull : pulls_) sum += pull.left;
  return sum;
}

void PullQueue::Add(const PullRequest& request, const Inbox& inbox,
                    absl::Time now) {
  Pull pull{.inbox = inbox,
            .request = request,
            .left = request.batch,
            .bytes_left = request.max_bytes,
            .expires = absl::InfiniteFuture(),
            .heartbeat = absl::InfiniteFuture()};
  if (request.expires) pull.expires = now + *request.expires;
  if (request.heartbeat > absl::ZeroDuration()) {
    pull.heartbeat = now + request.heartbeat;
  }
  pulls_.push_back(std::move(pull));
}

std::optional<PullQueue::Turn> PullQueue::Take(int64_t size, absl::Time now) {
  while (!pulls_.empty()) {
    Pull pull = std::move(pulls_.front());
    pulls_.pop_front();
    if (pull.bytes_left > 0 && size > pull.bytes_left) {
      SendCounted(pull, 409, "Message Size Exceeds MaxBytes");
      continue;
    }
    if (pull.bytes_left > 0) {
      pull.bytes_left -= size;
      if (pull.bytes_left == 0) pull.left = 1;
    }
    --pull.left;
    ++pull.delivered;
    Turn turn{.inbox = pull.inbox};
    if (pull.left > 0) {
      if (pull.request.heartbeat > absl::ZeroDuration()) {
        pull.heartbeat = now + pull.request.heartbeat;
      }
      pulls_.push_back(std::move(pull));
    } else if (pull.bytes_left > 0 &&
               Has(version_, Difference::kBatchCompleted)) {
      turn.last_word = PullStatus{.inbox = pull.inbox,
                                  .code = 409,
                                  .description = "Batch Completed",
                                  .pending_messages = pull.left,
                                  .pending_bytes = pull.bytes_left};
    }
    return turn;
  }
  return std::nullopt;
}

void PullQueue::Sweep(bool nothing_left, const Mark& delivered,
                      absl::Time now) {
  std::erase_if(pulls_, [&](Pull& pull) {
    if (EndsNow(pull, nothing_left, now)) return true;
    if (pull.heartbeat <= now) {
      actions_.push_back(PullStatus{.inbox = pull.inbox,
                                    .code = 100,
                                    .description = "Idle Heartbeat",
                                    .last_consumer = delivered.consumer,
                                    .last_stream = delivered.stream});
      pull.heartbeat = now + pull.request.heartbeat;
    }
    return false;
  });
}

bool PullQueue::EndsNow(const Pull& pull, bool nothing_left, absl::Time now) {
  const bool over = nothing_left && pull.request.no_wait;
  if (pull.expires <= now) {
    SendCounted(pull, 408, "Request Timeout");
    return true;
  }
  if (!Has(version_, Difference::kNoWaitEndsEmpty)) {
    if (!over || pull.delivered == 0) return false;
    SendCounted(pull, 408, "Request Timeout");
    return true;
  }
  if (!over || (pull.request.expires && pull.delivered == 0)) return false;
  actions_.push_back(PullStatus{
      .inbox = pull.inbox, .code = 404, .description = "No Messages"});
  return true;
}

void PullQueue::Drop(uint64_t client, std::string_view pattern) {
  std::erase_if(pulls_, [&](const Pull& pull) {
    return pull.inbox.client == client && Matches(pattern, pull.inbox.subject);
  });
}

void PullQueue::End(int code, std::string_view description, bool counted) {
  for (const Pull& pull : std::exchange(pulls_, {})) {
    if (counted) {
      SendCounted(pull, code, description);
    } else {
      actions_.push_back(PullStatus{.inbox = pull.inbox,
                                    .code = code,
                                    .description = std::string(description)});
    }
  }
}

void PullQueue::SendCounted(const Pull& pull, int code,
                            std::string_view description) {
  actions_.push_back(PullStatus{.inbox = pull.inbox,
                                .code = code,
                                .description = std::string(description),
                                .pending_messages = pull.left,
                                .pending_bytes = pull.bytes_left});
}

absl::Time PullQueue::next() const {
  absl::Time next = absl::InfiniteFuture();
  for (const Pull& pull : pulls_) {
    next = std::min({next, pull.expires, pull.heartbeat});
  }
  return next;
}

}  // namespace walnats::testing::model
