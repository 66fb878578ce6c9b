#include "walnats/actor/lanes.h"

#include <algorithm>
#include <cassert>

namespace walnats::internal {

Lanes::Lane& Lanes::LaneOf(const std::string& key) {
  Lane& lane = lanes_[key];
  lane.key = key;
  return lane;
}

LaneEntry* Lanes::Add(LaneEntry& entry, absl::Time not_before) {
  entry.not_before = not_before;
  entry.waits = true;
  Lane& lane = LaneOf(entry.key);
  lane.lost.erase(entry.place());
  LaneEntry*& place = lane.waiting[entry.place()];
  LaneEntry* const replaced = std::exchange(place, &entry);
  if (replaced != nullptr) replaced->waits = false;
  Update(lane);
  return replaced;
}

LaneEntry* Lanes::Front(absl::Time now) {
  while (!due_.empty() && std::get<absl::Time>(*due_.begin()) <= now) {
    Lane& lane = *std::get<Lane*>(*due_.begin());
    const bool over =
        std::erase_if(lane.lost, [&](auto& one) { return one.second <= now; });
    if (!over) return lane.waiting.begin()->second;
    Update(lane);
  }
  return nullptr;
}

void Lanes::Start(LaneEntry& entry) {
  Lane& lane = lanes_.at(entry.key);
  assert(!lane.running);
  lane.running = true;
  Remove(entry);
}

void Lanes::Release(const std::string& key) {
  Lane& lane = lanes_.at(key);
  lane.running = false;
  Update(lane);
}

void Lanes::Remove(LaneEntry& entry) {
  Lane& lane = lanes_.at(entry.key);
  entry.waits = false;
  lane.waiting.erase(entry.place());
  Update(lane);
}

void Lanes::Block(const LaneEntry& lost, absl::Time until) {
  Lane& lane = LaneOf(lost.key);
  if (!lane.waiting.contains(lost.place())) lane.lost[lost.place()] = until;
  Update(lane);
}

absl::Time Lanes::next() const {
  return due_.empty() ? absl::InfiniteFuture()
                      : std::get<absl::Time>(*due_.begin());
}

std::vector<LaneEntry*> Lanes::TakeAll() {
  std::vector<LaneEntry*> all;
  for (auto& [key, lane] : lanes_) {
    for (auto& [place, entry] : lane.waiting) all.push_back(entry);
  }
  for (LaneEntry* entry : all) Remove(*entry);
  std::ranges::sort(all, {}, &LaneEntry::place);
  return all;
}

absl::Time Lanes::DueOf(const Lane& lane) {
  if (lane.running) return absl::InfiniteFuture();
  absl::Time first_over = absl::InfiniteFuture();
  for (const auto& [place, until] : lane.lost) {
    first_over = std::min(first_over, until);
  }
  if (lane.waiting.empty()) return first_over;
  const auto& [place, head] = *lane.waiting.begin();
  const bool blocked = !lane.lost.empty() && lane.lost.begin()->first < place;
  return blocked ? first_over : head->not_before;
}

void Lanes::Update(Lane& lane) {
  due_.erase({lane.due, lane.due_sequence, &lane});
  if (lane.waiting.empty() && lane.lost.empty() && !lane.running) {
    lanes_.erase(std::string(lane.key));
    return;
  }
  lane.due = DueOf(lane);
  lane.due_sequence =
      lane.waiting.empty() ? 0 : lane.waiting.begin()->second->sequence;
  if (lane.due == absl::InfiniteFuture()) return;
  due_.insert({lane.due, lane.due_sequence, &lane});
}

}  // namespace walnats::internal
