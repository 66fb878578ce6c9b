#include "tests/benchmarks/compare/allocations.h"

#include <malloc.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <new>

namespace {

// Of one thread, which alone writes it: counting must cost next to nothing.
struct alignas(64) Slot {
  std::atomic<int64_t> count{0};
  std::atomic<int64_t> bytes{0};

  void Add(int64_t allocations, int64_t size) {
    constexpr auto kRelaxed = std::memory_order_relaxed;
    count.store(count.load(kRelaxed) + allocations, kRelaxed);
    bytes.store(bytes.load(kRelaxed) + size, kRelaxed);
  }
};

// More threads than that would share slots, and lose counts.
constinit std::array<Slot, 256> g_slots;
constinit std::atomic<size_t> g_threads{0};
constinit thread_local Slot* t_slot = nullptr;

Slot& OwnSlot() {
  if (t_slot == nullptr) t_slot = &g_slots[g_threads++ % g_slots.size()];
  return *t_slot;
}

int64_t SizeOf(void* memory) {
  return static_cast<int64_t>(malloc_usable_size(memory));
}

void* Count(void* memory) {
  if (memory == nullptr) std::abort();
  OwnSlot().Add(1, SizeOf(memory));
  return memory;
}

void Release(void* memory) {
  OwnSlot().Add(0, -SizeOf(memory));
  std::free(memory);
}

int64_t Sum(std::atomic<int64_t> Slot::*member) {
  int64_t sum = 0;
  for (const Slot& slot : g_slots) sum += slot.*member;
  return sum;
}

}  // namespace

void* operator new(size_t size) { return Count(std::malloc(size)); }
void* operator new(size_t size, std::align_val_t alignment) {
  return Count(memalign(static_cast<size_t>(alignment), size));
}
void operator delete(void* memory) noexcept { Release(memory); }
void operator delete(void* memory, size_t) noexcept { Release(memory); }
void operator delete(void* memory, std::align_val_t) noexcept {
  Release(memory);
}
void operator delete(void* memory, size_t, std::align_val_t) noexcept {
  Release(memory);
}

namespace walnats::benchmarks {

int64_t Allocations() { return Sum(&Slot::count); }

int64_t AllocatedBytes() { return Sum(&Slot::bytes); }

}  // namespace walnats::benchmarks
