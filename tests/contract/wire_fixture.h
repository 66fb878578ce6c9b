#pragma once

// The second seam: frames to a server and from it, with nothing of ours
// between them and the test. So the frame server is held to what the true ones
// say word for word.
//
//   TEST_P(PullStatuses, SaysThatThereIsNothing) {
//     MakeWork();
//     Mailbox& pull = Pull(R"({"batch":2,"no_wait":true})");
//     EXPECT_TRUE(Until([&] { return pull.Ends() == "404 No Messages"; }));
//   }
//
// Durations are nanoseconds, as the server reads them.

#include <gtest/gtest.h>

#include <boost/json/object.hpp>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/time/time.h"
#include "tests/contract/side.h"
#include "walnats/nats/wire.h"
#include "walnats/testing/jetstream_model/version.h"

namespace walnats::contract {

// A message as it came, and when.
struct Frame {
  std::string subject;
  std::string reply;
  std::string body;
  std::map<std::string, std::string> headers;
  absl::Time time;

  bool IsDelivery() const { return reply.starts_with("$JS.ACK."); }
  // "408 Request Timeout"; empty if it is none.
  std::string Status() const;
  std::string Header(const std::string& name) const;
  // The nth token of the ack subject, from 0.
  std::string Token(int n) const;
};

// All that came to one subject: of a pull, of a request, of a subscription.
class Mailbox final : public transport::MessageSink {
 public:
  Mailbox(const Clock& clock, std::string subject)
      : address(std::move(subject)), opened(clock.Now()), clock_(clock) {}

  void OnMessage(transport::Message message) override;

  // The bodies of deliveries, in their order.
  std::vector<std::string> Bodies() const;
  // How often each of them has been delivered: "1 1 2".
  std::string Counts() const;
  // The statuses but the heartbeats, joined by commas.
  std::string Ends() const;
  int Heartbeats() const;

  const std::string address;
  // Before anything was asked for: what happens at the server is later, so a
  // busy test can only see too long a time.
  const absl::Time opened;
  std::vector<Frame> frames;
  std::unique_ptr<transport::Subscription> subscription;

 private:
  const Clock& clock_;
};

class WireContract : public ::testing::TestWithParam<SideId>,
                     private nats::WireSink {
 protected:
  static constexpr absl::Duration kSoon = absl::Seconds(1);

  void SetUp() override;
  void TearDown() override;

  bool Has(testing::model::Difference difference) const;
  nats::Wire& wire() { return *wire_; }

  // As in Contract.
  bool Until(absl::FunctionRef<bool()> condition,
             absl::Duration limit = kSoon) {
    return side_->Until(condition, limit);
  }
  void Elapse(absl::Duration duration) { side_->Elapse(duration); }

  // ---- frames
  // What is sent to `subject` from now on; to an inbox of its own without one.
  Mailbox& Listen(std::string_view subject = {});
  // Ends the interest, and waits until the server knows.
  void Leave(Mailbox& mailbox);
  void Send(std::string_view subject, std::string_view body,
            std::string_view reply = {});
  // The answer; an empty frame, and a failure, if there is none.
  Frame Ask(std::string_view subject, std::string_view body = {},
            std::vector<Header> headers = {});
  // As Ask, of $JS.API.<verb>.
  boost::json::object Api(std::string_view verb, std::string_view body = {});
  // Until everything sent before has reached the server's core.
  void RoundTrip();

  // ---- the stream "work" of subject "work", and its consumer "w"
  // `fields` of the consumer's configuration: `"max_ack_pending":1`.
  void MakeWork(std::string_view fields = {});
  void Store(std::vector<std::string_view> bodies);
  // Asks for messages of "w".
  Mailbox& Pull(std::string_view request);
  // Until so many of its pulls wait.
  void AwaitPulls(int64_t count);
  // Pulls one message, which must be there.
  Frame PullOne();
  // Of CONSUMER.INFO.
  int64_t AckPending();
  int64_t AckFloor();

 private:
  void OnMessage(transport::Message message) override;
  void OnIdle() override {}
  void OnUp() override {}
  void OnDown(std::string_view reason) override;
  void OnWritable() override {}
  void OnLameDuck() override {}

  std::unique_ptr<Side> side_;
  std::unique_ptr<nats::Wire> wire_;
  std::deque<Mailbox> mailboxes_;
};

// {"error":{"code":404,"err_code":10059,...}} as "404 10059".
std::string ErrorOf(const boost::json::object& answer);

}  // namespace walnats::contract
