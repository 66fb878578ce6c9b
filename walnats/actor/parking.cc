#include "walnats/actor/parking.h"

#include <algorithm>
#include <utility>

#include "absl/numeric/int128.h"
#include "absl/strings/str_format.h"

namespace walnats::internal {

ParkedList::ParkedList(std::vector<Message> messages)
    : messages_(std::move(messages)) {
  std::ranges::sort(messages_, {}, &Message::sequence);
}

ParkedVerdict ParkedList::Judge(uint64_t sequence, int generation) const {
  if (messages_.empty()) return {};
  const Message& head = messages_.front();
  const auto found = std::ranges::find(messages_, sequence, &Message::sequence);
  if (found != messages_.end() && found->generation >= generation) {
    return {ParkedPlace::kDead, sequence == head.sequence ? 0 : head.sequence};
  }
  if (sequence <= head.sequence) return {};
  return {ParkedPlace::kBehind, head.sequence};
}

bool ParkedList::Park(uint64_t sequence, int generation) {
  const auto at =
      std::ranges::lower_bound(messages_, sequence, {}, &Message::sequence);
  if (at == messages_.end() || at->sequence != sequence) {
    messages_.insert(at, {sequence, generation});
    return true;
  }
  if (at->generation >= generation) return false;
  at->generation = generation;
  return true;
}

bool ParkedList::Free(uint64_t sequence) {
  return std::erase_if(messages_, [&](const Message& message) {
           return message.sequence == sequence;
         }) > 0;
}

// FNV-1a of 128 bits (isthe.com/chongo/tech/comp/fnv).
std::string KeyHash(std::string_view key) {
  absl::uint128 hash =
      absl::MakeUint128(0x6c62272e07bb0142, 0x62b821756295c58d);
  const absl::uint128 prime = absl::MakeUint128(0x1000000, 0x13b);
  for (const char byte : key) {
    hash ^= static_cast<unsigned char>(byte);
    hash *= prime;
  }
  return absl::StrFormat("%016x%016x", absl::Uint128High64(hash),
                         absl::Uint128Low64(hash));
}

}  // namespace walnats::internal
