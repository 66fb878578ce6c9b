#pragma once

// Says what a world broke of the house's guarantees. Pure: it is told what
// happened, asks nobody, and has no clock.

#include <string>
#include <vector>

#include "tests/simulation/delivery_book.h"
#include "tests/simulation/emit_book.h"
#include "walnats/base/strings.h"

namespace walnats::simulation {

class Oracle {
 public:
  EmitBook& emits() { return emits_; }
  DeliveryBook& deliveries() { return deliveries_; }

  // What the world itself saw.
  template <class... Parts>
  void Violate(const Parts&... parts) {
    violations_.push_back(Cat(parts...));
  }

  const std::vector<std::string>& violations() const { return violations_; }
  bool content() const { return violations_.empty(); }

 private:
  std::vector<std::string> violations_;
  EmitBook emits_{violations_};
  DeliveryBook deliveries_{violations_};
};

}  // namespace walnats::simulation
