#pragma once

// Tells the oracle of the dead letters that stand in the server's stream.

#include <cstdint>

#include "tests/simulation/delivery_book.h"
#include "walnats/testing/jetstream_model/model.h"

namespace walnats::simulation {

class Letters {
 public:
  // Those that were stored since the last call.
  void Read(testing::model::Model& model, DeliveryBook& book);

 private:
  uint64_t read_ = 0;  // the last sequence
};

}  // namespace walnats::simulation
