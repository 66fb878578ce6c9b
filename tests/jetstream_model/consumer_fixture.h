#pragma once

// A consumer over a plain MessageStore, whose actions are read as lines:
//
//   "in: 3 x2 +5"                   to inbox "in", message 3, second delivery,
//                                   5 more pending
//   "in: 408 Request Timeout 1/0"   a status, messages and bytes left
//   "MSG_NAKED"                     an advisory

#include <gtest/gtest.h>

#include <memory>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "walnats/base/strings.h"
#include "walnats/testing/jetstream_model/actions.h"
#include "walnats/testing/jetstream_model/consumer.h"
#include "walnats/testing/jetstream_model/message_store.h"
#include "walnats/testing/jetstream_model/version.h"

namespace walnats::testing::model {

using Lines = std::vector<std::string>;

inline std::string LineOf(const Deliver& delivery) {
  return Cat(delivery.inbox.subject, ": ", delivery.id.stream_sequence, " x",
             delivery.id.delivered, " +", delivery.pending);
}

inline std::string LineOf(const PullStatus& status) {
  std::string line =
      Cat(status.inbox.subject, ": ", status.code, " ", status.description);
  if (status.pending_messages) {
    line += Cat(" ", *status.pending_messages, "/", *status.pending_bytes);
  }
  return line;
}

inline std::string LineOf(const Advisory& advisory) {
  const std::string_view subject = advisory.subject;
  const std::string_view prefix = "$JS.EVENT.ADVISORY.CONSUMER.";
  const std::string_view rest = subject.substr(prefix.size());
  return std::string(rest.substr(0, rest.find('.')));
}

class ConsumerFixture : public ::testing::Test {
 protected:
  explicit ConsumerFixture(const Version& version = kNewest)
      : version_(version) {}

  // Starts after what is stored by now.
  void Start(transport::ConsumerConfig config = {}) {
    config.name = "c";
    consumer_ = std::make_unique<Consumer>(ConsumerScope{.stream = "S",
                                                         .store = store_,
                                                         .version = version_,
                                                         .actions = actions_},
                                           std::move(config), now_);
  }
  Consumer& consumer() { return *consumer_; }
  transport::ConsumerInfo Info() const { return consumer_->Info(now_); }

  void Store(std::string subject, std::string body = "x") {
    transport::StoredMessage message;
    message.subject = std::move(subject);
    message.time = now_;
    message.body = std::move(body);
    store_.Append(std::move(message));
    if (consumer_) consumer_->Dispatch(now_);
  }
  void StoreMany(int count) {
    for (int i = 0; i < count; ++i) Store("s");
  }
  void Remove(uint64_t sequence) {
    ASSERT_TRUE(store_.Erase(sequence));
    consumer_->OnRemoved(sequence, now_);
    consumer_->Dispatch(now_);
  }
  void PurgeBelow(uint64_t first) {
    store_.Compact(first);
    consumer_->OnPurged(first, now_);
    consumer_->Dispatch(now_);
  }
  void PurgeSubject(const std::string& filter, uint64_t below) {
    for (uint64_t from = 0;;) {
      const StoredPtr next = store_.Next(from, std::span(&filter, 1));
      if (!next || next->sequence >= below) break;
      from = next->sequence + 1;
      store_.Erase(next->sequence);
    }
    consumer_->OnPurged(filter, now_);
    consumer_->Dispatch(now_);
  }

  void Pull(const PullRequest& request, std::string inbox = "in",
            uint64_t client = 1) {
    consumer_->Pull(request, {.client = client, .subject = std::move(inbox)},
                    now_);
  }
  // The last delivery of `sequence`, or an earlier one.
  void Settle(uint64_t sequence, const Settlement& settlement,
              uint64_t delivered = 0) {
    Collect();
    for (auto id = delivered_.rbegin(); id != delivered_.rend(); ++id) {
      if (id->stream_sequence != sequence) continue;
      if (delivered != 0 && id->delivered != delivered) continue;
      consumer_->Settle(*id, settlement, now_, settled_);
      return;
    }
    ADD_FAILURE() << "message " << sequence << " was not delivered";
  }
  void Ack(uint64_t sequence, uint64_t delivered = 0) {
    Settle(sequence, transport::Ack{}, delivered);
  }
  void Nak(uint64_t sequence, absl::Duration delay = absl::ZeroDuration()) {
    Settle(sequence, transport::Nak{delay});
  }
  void Elapse(absl::Duration duration) {
    now_ += duration;
    consumer_->AdvanceTo(now_);
  }

  // What came out since the last call. Nothing but `lines` is left out.
  Lines Out() {
    Collect();
    return std::exchange(lines_, {});
  }
  // Bodies of the advisories, and messages delivered, since the start.
  const std::vector<std::string>& advisories() { return Collect(), bodies_; }
  const StoredPtr& last_message() { return Collect(), last_message_; }
  std::vector<uint64_t> Settled() { return std::exchange(settled_, {}); }

  Version version_;
  absl::Time now_ = absl::FromUnixSeconds(1'700'000'000);
  MessageStore store_;
  std::unique_ptr<Consumer> consumer_;

 private:
  void Collect() {
    for (const Action& action : std::exchange(actions_, {})) {
      lines_.push_back(
          std::visit([](const auto& some) { return LineOf(some); }, action));
      if (const auto* delivery = std::get_if<Deliver>(&action)) {
        delivered_.push_back(delivery->id);
        last_message_ = delivery->message;
      }
      if (const auto* advisory = std::get_if<Advisory>(&action)) {
        bodies_.push_back(advisory->body);
      }
    }
  }

  std::vector<Action> actions_;
  std::vector<DeliveryId> delivered_;
  std::vector<uint64_t> settled_;
  Lines lines_;
  std::vector<std::string> bodies_;
  StoredPtr last_message_;
};

// The same on a server as old as can be.
class OldConsumerFixture : public ConsumerFixture {
 protected:
  OldConsumerFixture() : ConsumerFixture(kOldest) {}
};

}  // namespace walnats::testing::model
