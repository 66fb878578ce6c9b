#pragma once

// All flows of one transport: which of them a delivery or a status is for.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "walnats/testing/memory/link.h"
#include "walnats/transport/flow.h"

namespace walnats::testing {

class MemoryFlow;

class MemoryFlows {
 public:
  // `link` outlives it. Flows may outlive it: they are dead then.
  explicit MemoryFlows(MemoryLink& link);
  // Closes.
  ~MemoryFlows();
  MemoryFlows(const MemoryFlows&) = delete;
  MemoryFlows& operator=(const MemoryFlows&) = delete;

  std::unique_ptr<transport::Flow> Open(const std::string& stream,
                                        const std::string& consumer,
                                        const transport::FlowOptions& options,
                                        transport::DeliverySink& sink);

  // Dropped if its flow is gone: the server delivers it again.
  void OnDelivery(const model::Deliver& delivery);
  void OnStatus(const model::PullStatus& status);
  void OnUp();
  void OnDown();

  // No flow of now asks for anything any more.
  void Stop();
  void Close();

  // ---- for its flows
  MemoryLink& link() { return link_; }
  // Where the statuses of a flow's pull come, and those of all its pulls.
  std::string Inbox(uint64_t flow, uint64_t pull) const;
  std::string Inboxes(uint64_t flow) const;
  // Calls OnIdle at the end of the turn.
  void Touch(MemoryFlow& flow);
  MemoryFlow* Find(uint64_t id) const;
  void Forget(MemoryFlow& flow);

 private:
  struct Address {
    MemoryFlow* flow = nullptr;
    uint64_t pull = 0;
  };
  Address Read(std::string_view inbox) const;
  void OnIdle();

  MemoryLink& link_;
  const std::string inbox_;  // "<link's inbox>s."
  uint64_t last_id_ = 0;
  std::map<uint64_t, MemoryFlow*> flows_;
  std::vector<MemoryFlow*> touched_;  // null once gone
  bool closed_ = false;
};

}  // namespace walnats::testing
