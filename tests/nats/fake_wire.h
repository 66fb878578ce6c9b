#pragma once

// A Wire without a connection: it keeps what was published, and tells its sink
// what the test says.

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "walnats/nats/wire.h"
#include "walnats/transport/transport.h"

namespace walnats::nats {

using Headers = std::vector<transport::StoredHeader>;

class FakeWire : public Wire {
 public:
  struct Sent {
    std::string subject;
    std::string reply;
    std::string body;
    Headers headers;

    // Empty if there is none.
    std::string header(std::string_view name) const;
  };

  // ---- for the test
  void GoUp();
  void GoDown();
  void LameDuck() { sink_->OnLameDuck(); }
  void Writable();
  void Idle() { sink_->OnIdle(); }
  // As if the server had sent it; pulled messages go to who has subscribed
  // below the inbox, whatever their subject. Nothing comes while down.
  void Deliver(const std::string& subject, const std::string& body,
               const Headers& headers = {});
  void DeliverPulled(const std::string& subject, const std::string& body,
                     const std::string& reply, const Headers& headers = {});
  // Stopped ones not counted.
  bool subscribed() const { return sinks_.size() > stopped_.size(); }
  // The 503 of a server that knows nobody who listens.
  void NoResponders(const Sent& request);
  // Everything published since the last call, without echoes.
  std::vector<Sent> Take();
  // The one message that was published since; fails the test otherwise.
  Sent TakeOne();

  // ---- Wire
  void SetSink(WireSink* sink) override { sink_ = sink; }
  bool up() const override { return up_; }
  std::string_view inbox() const override { return "_INBOX.fake."; }
  absl::Status Publish(const transport::Outgoing& message) override;
  bool writable() const override { return is_writable; }
  absl::StatusOr<std::unique_ptr<transport::Subscription>> Subscribe(
      std::string_view subject, std::string_view queue,
      transport::MessageSink& sink) override;
  transport::ServerInfo server() const override { return info; }
  std::size_t unsent() const override { return unsent_bytes; }
  Task<void> Close(absl::Duration limit) override;

  transport::ServerInfo info;
  absl::Status refusal;  // of every publish, unless it is OK
  bool is_writable = true;
  std::vector<std::string> echoes;  // their subjects; they do not come back
  std::size_t unsent_bytes = 0;
  bool* closed = nullptr;  // set by Close

 private:
  class Ticket;

  WireSink* sink_ = nullptr;
  bool up_ = true;
  std::vector<Sent> sent_;
  std::map<std::string, transport::MessageSink*, std::less<>> sinks_;
  std::set<std::string> stopped_;
};

}  // namespace walnats::nats
