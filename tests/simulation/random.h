#pragma once

// Chance that repeats: the same seed gives the same row on every machine and
// with every standard library, whose distributions may differ.

#include <cstdint>
#include <initializer_list>

#include "absl/time/time.h"

namespace walnats::simulation {

class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  // SplitMix64 (Steele, Lea, Flood 2014).
  uint64_t Next() {
    uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

  // Uniform in [0, 1).
  double Real() { return static_cast<double>(Next() >> 11) * 0x1p-53; }
  bool Chance(double probability) { return Real() < probability; }
  // Both ends included.
  int Int(int least, int most) {
    return least + static_cast<int>(Real() * (most - least + 1));
  }
  absl::Duration Between(absl::Duration least, absl::Duration most) {
    return least +
           absl::Milliseconds(Int(
               0, static_cast<int>((most - least) / absl::Milliseconds(1))));
  }

 private:
  uint64_t state_;
};

// One seed of several numbers.
inline uint64_t Mix(std::initializer_list<uint64_t> numbers) {
  uint64_t mixed = 0;
  for (const uint64_t number : numbers) mixed = Random(mixed ^ number).Next();
  return mixed;
}

}  // namespace walnats::simulation
