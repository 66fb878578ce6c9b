#include "tests/contract/side.h"

#include "tests/contract/sides.h"

namespace walnats::contract {

using testing::model::kNewest;
using testing::model::kOldest;

std::unique_ptr<Side> MakeSide(SideId id) {
  switch (id) {
    case SideId::kMemory29:
      return MakeMemorySide(kOldest);
    case SideId::kMemory215:
      return MakeMemorySide(kNewest);
    case SideId::kFrames29:
      return MakeFramesSide(kOldest);
    case SideId::kFrames215:
      return MakeFramesSide(kNewest);
    case SideId::kOldest:
      return MakeRealSide(WALNATS_OLDEST_SERVER);
    case SideId::kNewest:
      return MakeRealSide(WALNATS_NEWEST_SERVER);
  }
  return nullptr;
}

std::vector<SideId> AllSides() {
  return {SideId::kMemory29,  SideId::kMemory215, SideId::kFrames29,
          SideId::kFrames215, SideId::kOldest,    SideId::kNewest};
}

std::vector<SideId> WireSides() {
  return {SideId::kFrames29, SideId::kFrames215, SideId::kOldest,
          SideId::kNewest};
}

std::vector<SideId> OldSides() {
  return {SideId::kMemory29, SideId::kFrames29, SideId::kOldest};
}

std::vector<SideId> NewSides() {
  return {SideId::kMemory215, SideId::kFrames215, SideId::kNewest};
}

std::string NameOf(SideId id) {
  constexpr const char* kNames[] = {"memory_2_9",  "memory_2_15", "frames_2_9",
                                    "frames_2_15", "oldest",      "newest"};
  return kNames[static_cast<int>(id)];
}

void PrintTo(SideId id, std::ostream* out) { *out << NameOf(id); }

}  // namespace walnats::contract
