#pragma once

// What every test of the contract stands on: a server of its own on the side
// at hand, a client of it, a second one if asked for, and words for what tests
// do all the time. The names of streams and consumers are free in each test.
//
//   using Streams = Contract;
//
//   TEST_P(Streams, CreateIsIdempotent) {
//     const transport::StreamConfig config = StreamOf("s");
//     EXPECT_THAT(Run(transport().CreateStream(config)), IsOk());
//     EXPECT_THAT(Run(transport().CreateStream(config)), IsOk());
//   }
//
//   INSTANTIATE_TEST_SUITE_P(, Streams, ::testing::ValuesIn(AllSides()),
//                            SideName);
//
// No test calls a clock: it waits Until something is so, or lets time Elapse.
// State is read through the seam only.

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tests/contract/deliveries.h"
#include "tests/contract/matchers.h"
#include "tests/contract/side.h"
#include "walnats/testing/jetstream_model/version.h"
#include "walnats/transport/transport.h"

namespace walnats::contract {

using testing::model::Difference;

// A message to publish, in memory of its own; what `expect` refers to is the
// caller's, and a literal as a rule.
struct Post {
  std::string subject;
  std::string body = {};
  std::vector<transport::StoredHeader> headers = {};
  transport::Expect expect = {};
  transport::PublishOptions options = {};
};

// One on its way, with what becomes of it.
struct Publication final : transport::Publication {
  void OnPublished(absl::StatusOr<transport::PubAck> ack) override {
    result = std::move(ack);
  }
  Post post;
  std::vector<Header> headers;  // views into `post`
  std::optional<absl::StatusOr<transport::PubAck>> result;
};

class Contract : public ::testing::TestWithParam<SideId> {
 protected:
  // Enough for whatever should happen at once.
  static constexpr absl::Duration kSoon = absl::Seconds(1);

  void SetUp() override;
  void TearDown() override;

  // ---- the side
  transport::Transport& transport() { return *transport_; }
  // Another client of the same server, connected at the first call.
  transport::Transport& other();
  // One more, for whoever closes it; nullptr, and a failure, if it cannot.
  std::unique_ptr<transport::Transport> Connect();
  // One more client of the second seam (WireSides() only), for the test to
  // close: Run(wire->Close(kSoon)).
  std::unique_ptr<nats::Wire> ConnectWire();
  // What everything on this side tells the time by. For what is under test,
  // not for tests.
  TimerQueue& clock() { return side_->clock(); }
  // Whether this server does so. The table is that of the model, and proven
  // here against the true servers.
  bool Has(Difference difference) const;

  // ---- time
  template <class T>
  T Run(Task<T> task) {
    std::optional<T> result;
    auto keep = [](Task<T> inner, std::optional<T>& kept) -> Task<void> {
      kept.emplace(co_await std::move(inner));
    };
    side_->Run(keep(std::move(task), result));
    return *std::move(result);
  }
  void Run(Task<void> task) { side_->Run(std::move(task)); }

  // Runs until `condition` holds, at most for `limit` (in real time some
  // seconds more); the condition may itself Run verbs. Use:
  //   ASSERT_TRUE(Until([&] { return deliveries.all.size() == 2; }));
  bool Until(absl::FunctionRef<bool()> condition,
             absl::Duration limit = kSoon) {
    return side_->Until(condition, limit);
  }
  // Runs for so long; real time takes a little longer. For what must *not*
  // happen meanwhile, or what only passes away.
  void Elapse(absl::Duration duration) { side_->Elapse(duration); }
  // A deadline that does not pass in a test.
  absl::Time Later() { return clock().Now() + absl::Minutes(1); }

  // The server dies without a word and comes back after about `away`, with
  // what was stored in files. Await what you need of it.
  void RestartServer(absl::Duration away = absl::ZeroDuration());

  // ---- configurations
  // In memory and with a subject of its name, unless told.
  static transport::StreamConfig StreamOf(
      const std::string& name, std::vector<std::string> subjects = {});
  // Durable and explicit, for everything in the stream unless told, and with
  // 200 ms to ack.
  static transport::ConsumerConfig ConsumerOf(
      const std::string& name, std::vector<std::string> filters = {">"});

  // ---- verbs; what fails fails the test
  void MakeStream(const transport::StreamConfig& config);
  void MakeConsumer(const std::string& stream,
                    const transport::ConsumerConfig& config);
  transport::StreamInfo Stream(const std::string& name);
  transport::ConsumerInfo Consumer(const std::string& stream,
                                   const std::string& name);
  // The sequences that the stream holds; at most the last hundred.
  std::vector<uint64_t> Sequences(const std::string& stream);

  // Publishes and waits for what becomes of it; kDeadlineExceeded if nothing.
  absl::StatusOr<transport::PubAck> Publish(Post post);
  absl::StatusOr<transport::PubAck> Publish(const std::string& subject,
                                            const std::string& body) {
    return Publish(Post{.subject = subject, .body = body});
  }
  // Publishes and goes on; the reference is good until the test ends.
  Publication& Begin(Post post);
  // `count` messages "1", "2", ... to `subject`, all stored.
  void PublishMany(const std::string& subject, int count);

  // Wants `count` deliveries more of `flow` and waits until they have come.
  void Pull(transport::Flow& flow, Deliveries& deliveries, int count);
  std::unique_ptr<transport::Flow> Open(const std::string& stream,
                                        const std::string& consumer,
                                        Deliveries& deliveries,
                                        transport::FlowOptions options = {}) {
    return transport().Open(stream, consumer, options, deliveries);
  }
  void Ack(transport::Delivery delivery) {
    transport().Settle(std::move(delivery), transport::Ack(), Later());
  }
  void Nak(transport::Delivery delivery, absl::Duration delay) {
    transport().Settle(std::move(delivery), transport::Nak{delay}, Later());
  }
  void Term(transport::Delivery delivery, std::string_view reason = {}) {
    transport().Settle(std::move(delivery), transport::Term{reason}, Later());
  }

 private:
  void Close(std::unique_ptr<transport::Transport>& transport);

  std::unique_ptr<Side> side_;
  std::unique_ptr<transport::Transport> transport_;
  std::unique_ptr<transport::Transport> other_;
  std::deque<Publication> publications_;
};

inline std::string SideName(const ::testing::TestParamInfo<SideId>& info) {
  return NameOf(info.param);
}

}  // namespace walnats::contract
