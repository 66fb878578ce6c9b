#pragma once

// One transport's connection to the server in memory. What the server sends
// comes in a later turn, unless the connection is lost until then.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "walnats/testing/jetstream_model/actions.h"
#include "walnats/testing/memory/broker.h"
#include "walnats/testing/memory/turns.h"
#include "walnats/transport/publish.h"

namespace walnats::testing {

class LinkSink {
 public:
  virtual void OnDelivery(const model::Deliver& delivery) = 0;
  virtual void OnPullStatus(const model::PullStatus& status) = 0;
  // Both inside Disconnect and Reconnect: nobody else is called in them.
  virtual void OnDown(std::string_view reason) = 0;
  virtual void OnUp() = 0;

 protected:
  ~LinkSink() = default;
};

// Connected from the beginning.
class MemoryLink {
 public:
  // `broker` and `sink` outlive it.
  MemoryLink(MemoryBroker& broker, LinkSink& sink);
  // Closes.
  ~MemoryLink();
  MemoryLink(const MemoryLink&) = delete;
  MemoryLink& operator=(const MemoryLink&) = delete;

  MemoryBroker& broker() const { return broker_; }
  TimerQueue& clock() const { return broker_.clock(); }
  absl::Time now() const { return broker_.clock().Now(); }
  bool up() const { return session_ != nullptr; }
  uint64_t id() const { return id_; }
  // "_INBOX.<unique>.": every subject behind it is ours.
  const std::string& inbox() const { return inbox_; }

  // kUnavailable while down, kFailedPrecondition for what NATS cannot carry;
  // both name the subject. Pump follows.
  absl::StatusOr<Carried> Publish(const transport::Outgoing& message);

  // In a later turn: dropped with the connection it came on; and dropped only
  // with the link itself.
  void FromServer(Turns::Call call);
  void Soon(Turns::Call call);
  // Behind everything else of a turn; as Soon.
  void AtEndOfTurn(Turns::Call call);

  // ---- for the broker
  void Deliver(model::Deliver delivery);
  void Tell(model::PullStatus status);
  void GoDown(std::string_view reason);
  void GoUp();

  // For good; nothing comes from the server any more.
  void Close();

 private:
  struct Life {};
  absl::Status Check(const transport::Outgoing& message) const;
  void EndSession();

  MemoryBroker& broker_;
  LinkSink& sink_;
  const uint64_t id_;
  const std::string inbox_;
  bool closed_ = false;
  std::shared_ptr<Life> session_;  // null while down
  const std::shared_ptr<Life> life_;
};

}  // namespace walnats::testing
