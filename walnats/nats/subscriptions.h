#pragma once

// The subscriptions of a connection: they outlive its sessions, each opened
// again on the next one. Synchronous ones of nats.c, whose queues are emptied
// on the io thread after each read: no delivery thread, no hand-off.

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "walnats/clock.h"
#include "walnats/nats/handles.h"
#include "walnats/transport/transport.h"

namespace walnats::nats {

// One thread. Sinks may add and end subscriptions, also their own.
class Subscriptions {
 public:
  // `written` is called when nats.c may have got something to write.
  Subscriptions(Clock& clock, std::function<void()> written);
  ~Subscriptions();

  // kFailedPrecondition if nats.c refuses the subject or the queue group.
  absl::StatusOr<std::unique_ptr<transport::Subscription>> Add(
      std::string_view subject, std::string_view queue,
      transport::MessageSink& sink);

  // A new session; Close before it is destroyed.
  void Open(natsConnection* connection);
  void Close();

  // Hands over what is queued, until about `until`; false if there is more.
  bool Drain(absl::Time until);

 private:
  struct Entry;
  class Ticket;

  absl::Status OpenEntry(Entry& entry);
  void StopEntry(Entry& entry);
  bool DrainEntry(Entry& entry, absl::Time until);
  void OnTicketEnded();
  void Compact();

  Clock& clock_;
  const std::function<void()> written_;
  natsConnection* connection_ = nullptr;
  std::vector<std::shared_ptr<Entry>> entries_;
  std::size_t first_ = 0;  // of the next drain, so that none starves
  bool draining_ = false;
};

}  // namespace walnats::nats
