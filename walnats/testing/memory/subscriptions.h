#pragma once

// The subscriptions of one transport: they outlive its connections, each
// opened again on the next one.

#include <memory>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "walnats/testing/memory/link.h"
#include "walnats/transport/transport.h"

namespace walnats::testing {

// Sinks may add and end subscriptions, also their own.
class MemorySubscriptions {
 public:
  // `link` outlives it.
  explicit MemorySubscriptions(MemoryLink& link) : link_(link) {}
  // Closes.
  ~MemorySubscriptions() { Close(); }
  MemorySubscriptions(const MemorySubscriptions&) = delete;
  MemorySubscriptions& operator=(const MemorySubscriptions&) = delete;

  // kFailedPrecondition if NATS refuses the subject or the queue group.
  absl::StatusOr<std::unique_ptr<transport::Subscription>> Add(
      std::string_view subject, std::string_view queue,
      transport::MessageSink& sink);

  void OnDown();
  void OnUp();
  void Close();

 private:
  class Entry;
  class Ticket;

  MemoryLink& link_;
  std::vector<std::shared_ptr<Entry>> entries_;
};

}  // namespace walnats::testing
