#pragma once

// Says what a world broke of the house's guarantees. Pure: it is told what
// happened, asks nobody, and has no clock.

#include <string>
#include <vector>

#include "tests/simulation/delivery_book.h"
#include "tests/simulation/emit_book.h"
#include "tests/simulation/incarnation_book.h"
#include "tests/simulation/incarnations.h"
#include "tests/simulation/key_book.h"
#include "tests/simulation/park_book.h"
#include "tests/simulation/pause_book.h"
#include "tests/simulation/redrive_book.h"
#include "walnats/base/strings.h"

namespace walnats::simulation {

class Oracle {
 public:
  Incarnations& incarnations() { return incarnations_; }
  EmitBook& emits() { return emits_; }
  DeliveryBook& deliveries() { return deliveries_; }
  RedriveBook& redrives() { return redrives_; }
  KeyBook& keys() { return keys_; }
  ParkBook& parked() { return parked_; }
  PauseBook& pauses() { return pauses_; }
  IncarnationBook& remade() { return remade_; }

  // What the world itself saw.
  template <class... Parts>
  void Violate(const Parts&... parts) {
    violations_.push_back(Cat(parts...));
  }

  const std::vector<std::string>& violations() const { return violations_; }
  bool content() const { return violations_.empty(); }

 private:
  std::vector<std::string> violations_;
  Incarnations incarnations_;
  EmitBook emits_{violations_};
  DeliveryBook deliveries_{violations_, incarnations_};
  RedriveBook redrives_{violations_, incarnations_};
  KeyBook keys_{violations_, incarnations_};
  ParkBook parked_{violations_, incarnations_};
  PauseBook pauses_{violations_};
  IncarnationBook remade_{violations_, incarnations_};
};

}  // namespace walnats::simulation
