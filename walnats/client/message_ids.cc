#include "walnats/client/message_ids.h"

#include <random>

namespace walnats::internal {
namespace {

void AppendBase62(uint64_t number, std::string& text) {
  static constexpr char kDigits[] =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  do {
    text.push_back(kDigits[number % 62]);
    number /= 62;
  } while (number != 0);
}

uint64_t RandomSeed() {
  std::random_device random;
  return uint64_t{random()} << 32 | random();
}

}  // namespace

MessageIds::MessageIds() : MessageIds(RandomSeed()) {}

MessageIds::MessageIds(uint64_t seed) {
  AppendBase62(seed, prefix_);
  prefix_.resize(11, '0');
}

std::string MessageIds::Next() {
  std::string id = prefix_;
  AppendBase62(count_.fetch_add(1, std::memory_order_relaxed), id);
  return id;
}

}  // namespace walnats::internal
