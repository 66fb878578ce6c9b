#pragma once

// Sends acks, naks and terms. Those that meet a lost connection are kept until
// it is back, or until their deadline.

#include <deque>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "walnats/testing/memory/link.h"

namespace walnats::testing {

class MemorySettlements {
 public:
  // `link` outlives it.
  explicit MemorySettlements(MemoryLink& link) : link_(link) {}

  void Send(model::DeliveryId id, const model::Settlement& settlement,
            absl::Time deadline);
  void OnUp();
  void Close() { kept_.clear(); }

  bool empty() const { return kept_.empty(); }

 private:
  struct Kept {
    model::DeliveryId id;
    model::Settlement settlement;
    std::string reason;  // of a Term, which views it
    absl::Time deadline;
  };

  MemoryLink& link_;
  std::deque<Kept> kept_;
};

}  // namespace walnats::testing
