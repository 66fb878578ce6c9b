#include "tests/simulation/trace.h"

#include <algorithm>
#include <cstring>

namespace walnats::simulation {

void Trace::Hash(std::string_view text) {
  Hash(uint64_t{text.size()});
  while (!text.empty()) {
    uint64_t word = 0;
    const size_t size = std::min(sizeof(word), text.size());
    std::memcpy(&word, text.data(), size);
    Hash(word);
    text.remove_prefix(size);
  }
}

}  // namespace walnats::simulation
