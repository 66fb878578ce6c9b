#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "walnats/base/strings.h"
#include "walnats/testing/jetstream_model/consumer.h"
#include "walnats/testing/jetstream_model/consumer_advisories.h"

namespace walnats::testing::model {
namespace {

using transport::AckPolicy;

StoredPtr HeadersOnly(const transport::StoredMessage& message) {
  auto bare = std::make_shared<transport::StoredMessage>(message);
  bare->headers.push_back({"Nats-Msg-Size", Cat(message.body.size())});
  bare->body.clear();
  return bare;
}

// What max_bytes counts: subject, reply subject, headers and body.
int64_t SizeOf(const transport::StoredMessage& message, const DeliveryId& id,
               uint64_t pending) {
  const std::string reply =
      Cat("$JS.ACK.", id.stream, ".", id.consumer, ".", id.delivered, ".",
          id.stream_sequence, ".", id.consumer_sequence, ".",
          absl::ToUnixNanos(message.time), ".", pending);
  size_t size = message.subject.size() + reply.size() + message.body.size();
  if (!message.headers.empty()) {
    size += std::string_view("NATS/1.0\r\n\r\n").size();
  }
  for (const transport::StoredHeader& header : message.headers) {
    size += header.name.size() + header.value.size();
    size += std::string_view(": \r\n").size();
  }
  return static_cast<int64_t>(size);
}

}  // namespace

void Consumer::Pull(const PullRequest& request, const Inbox& inbox,
                    absl::Time now) {
  std::optional<PullStatus> refusal = RefusePull(request, config_);
  if (!refusal) refusal = RefuseNow(request);
  if (refusal) {
    if (request.no_wait) last_active_ = now;
    refusal->inbox = inbox;
    scope_.actions.push_back(*std::move(refusal));
    return;
  }
  if (!RoomToWait()) return;
  last_active_ = now;
  pulls_.Add(request, inbox, now);
  Dispatch(now);
}

std::optional<PullStatus> Consumer::RefuseNow(
    const PullRequest& request) const {
  const auto waiting = static_cast<int64_t>(remaining() + unsettled_.queued());
  if (request.no_wait && waiting == 0 && !request.expires) {
    return PullStatus{.code = 404, .description = "No Messages"};
  }
  if (request.no_wait && waiting > 0 && waiting < pulls_.wanted()) {
    return PullStatus{.code = 408, .description = "Requests Pending"};
  }
  // A client that hears this at once asks again at once; one that waits for
  // its heartbeats does not.
  const bool quiet = request.heartbeat > absl::ZeroDuration() &&
                     Has(scope_.version, Difference::kQuietMaxWaiting);
  if (RoomToWait() || quiet) return std::nullopt;
  return PullStatus{.code = 409, .description = "Exceeded MaxWaiting"};
}

bool Consumer::RoomToWait() const {
  return static_cast<int64_t>(pulls_.size()) < MaxWaiting(config_);
}

void Consumer::Dispatch(absl::Time now) {
  bool full = false;
  while (!paused(now) && !pulls_.empty()) {
    std::optional<Candidate> next = NextRedelivery(now);
    if (!next) {
      full = Full();
      if (!full) next = NextNew();
    }
    if (!next || !Deliver(*next, now)) break;
  }
  pulls_.Sweep(/*nothing_left=*/!full, positions_.delivered(), now);
}

bool Consumer::Full() const {
  return config_.ack != AckPolicy::kNone && config_.max_ack_pending > 0 &&
         static_cast<int64_t>(unsettled_.size()) >= config_.max_ack_pending;
}

std::optional<Consumer::Candidate> Consumer::NextRedelivery(absl::Time now) {
  while (const std::optional<uint64_t> sequence = unsettled_.queue_front()) {
    const uint64_t delivered = unsettled_.redeliveries(*sequence) + 2;
    const auto most =
        static_cast<uint64_t>(std::max<int64_t>(config_.max_deliver, 0));
    if (most > 0 && delivered > most) {
      unsettled_.CountRedelivery(*sequence);
      GiveUp(*sequence, delivered - 1, now);
      continue;
    }
    StoredPtr message = scope_.store.Find(*sequence);
    if (message != nullptr) return Candidate{std::move(message), delivered};
    OnRemoved(*sequence, now);
  }
  return std::nullopt;
}

std::optional<Consumer::Candidate> Consumer::NextNew() {
  while (!last_per_subject_.empty()) {
    StoredPtr last = scope_.store.Find(last_per_subject_.front());
    if (last != nullptr) return Candidate{std::move(last)};
    PopLastPerSubject();
  }
  StoredPtr message =
      scope_.store.Next(positions_.next_stream(), config_.filter_subjects);
  if (message == nullptr) {
    positions_.SkipTo(scope_.store.last() + 1);
    return std::nullopt;
  }
  positions_.SkipTo(message->sequence);
  return Candidate{std::move(message)};
}

bool Consumer::Deliver(const Candidate& candidate, absl::Time now) {
  const bool first = candidate.delivered == 1;
  const uint64_t sequence = candidate.message->sequence;
  const DeliveryId id = IdOf(sequence, candidate.delivered);
  const uint64_t pending = remaining() - (first ? 1 : 0);
  StoredPtr message = config_.headers_only ? HeadersOnly(*candidate.message)
                                           : candidate.message;
  std::optional<PullQueue::Turn> turn =
      pulls_.Take(SizeOf(*message, id, pending), now);
  if (!turn) {
    if (!first) OnUndelivered(sequence);
    return false;
  }
  Track(id, now);
  scope_.actions.push_back(model::Deliver{.inbox = turn->inbox,
                                          .id = id,
                                          .pending = pending,
                                          .message = std::move(message)});
  if (turn->last_word) scope_.actions.push_back(*std::move(turn->last_word));
  return true;
}

void Consumer::OnUndelivered(uint64_t sequence) {
  unsettled_.Unqueue(sequence);
  if (Has(scope_.version, Difference::kUndeliveredKept)) {
    unsettled_.Queue(sequence);
  } else {
    unsettled_.CountRedelivery(sequence);
    positions_.StepBack();
  }
}

void Consumer::Track(const DeliveryId& id, absl::Time now) {
  const uint64_t sequence = id.stream_sequence;
  const bool first = id.delivered == 1;
  last_active_ = now;
  positions_.Deliver(sequence, first);
  if (first && !last_per_subject_.empty()) PopLastPerSubject();
  if (config_.ack == AckPolicy::kNone) {
    positions_.SettleAllTo({id.consumer_sequence, sequence}, /*known=*/true);
    settled_.push_back(sequence);
    return;
  }
  if (!first) unsettled_.CountRedelivery(sequence);
  unsettled_.Track(sequence, id.consumer_sequence, now);
}

void Consumer::PopLastPerSubject() {
  last_per_subject_.pop_front();
  if (last_per_subject_.empty()) positions_.SkipTo(last_at_start_ + 1);
}

uint64_t Consumer::remaining() const {
  const uint64_t from =
      last_per_subject_.empty() ? positions_.next_stream() : last_at_start_ + 1;
  return last_per_subject_.size() +
         scope_.store.Count(from, config_.filter_subjects);
}

DeliveryId Consumer::IdOf(uint64_t sequence, uint64_t delivered) const {
  return {.stream = scope_.stream,
          .consumer = config_.name,
          .stream_sequence = sequence,
          .consumer_sequence = positions_.next_consumer(),
          .delivered = delivered};
}

std::vector<uint64_t> Consumer::TakeSettled() {
  return std::exchange(settled_, {});
}

}  // namespace walnats::testing::model
