#pragma once

// Tells the oracle of the dead letters that stand in the server's stream, and
// of the records of what became of them.

#include <cstdint>

#include "tests/simulation/oracle.h"
#include "walnats/testing/jetstream_model/model.h"

namespace walnats::simulation {

class Letters {
 public:
  // Those that were stored since the last call.
  void Read(testing::model::Model& model, Oracle& oracle, absl::Time now);

 private:
  uint64_t read_ = 0;  // the last sequence
};

}  // namespace walnats::simulation
