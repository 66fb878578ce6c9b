#include "tests/contract/deliveries.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace walnats::contract {

transport::Delivery Deliveries::Take() {
  if (!all.empty()) return Take(all.front().info().stream_sequence);
  ADD_FAILURE() << "no delivery to take";
  return {transport::Message(), {}};
}

transport::Delivery Deliveries::Take(uint64_t stream_sequence) {
  const auto found = std::ranges::find(
      all, stream_sequence,
      [](const auto& delivery) { return delivery.info().stream_sequence; });
  if (found == all.end()) {
    ADD_FAILURE() << "no delivery of message " << stream_sequence;
    return {transport::Message(), {}};
  }
  transport::Delivery taken = std::move(*found);
  all.erase(found);
  return taken;
}

std::vector<uint64_t> Deliveries::Sequences() const {
  std::vector<uint64_t> sequences;
  for (const transport::Delivery& delivery : all) {
    sequences.push_back(delivery.info().stream_sequence);
  }
  return sequences;
}

std::vector<std::string> Deliveries::Bodies() const {
  std::vector<std::string> bodies;
  for (const transport::Delivery& delivery : all) {
    bodies.emplace_back(delivery.message().body());
  }
  return bodies;
}

std::vector<std::string> Messages::Bodies() const {
  std::vector<std::string> bodies;
  for (const transport::Message& message : all) {
    bodies.emplace_back(message.body());
  }
  return bodies;
}

}  // namespace walnats::contract
