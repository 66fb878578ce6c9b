#include "walnats/testing/jetstream_model/positions.h"

#include <algorithm>

namespace walnats::testing::model {
namespace {

// The floor rises only from its next consumer sequence on, and then up to
// what is still pending.
void Raise(Mark& floor, const Mark& settled, const Mark& delivered,
           const Unsettled& unsettled) {
  if (unsettled.empty()) {
    floor = delivered;
    return;
  }
  if (settled.consumer != floor.consumer + 1) return;
  floor = settled;
  const auto next = unsettled.all().upper_bound(settled.stream);
  if (next == unsettled.all().end()) return;
  floor = {next->second.consumer_sequence - 1, next->first - 1};
}

}  // namespace

Positions::Positions(uint64_t next, bool floor_from_start)
    : next_stream_(next),
      floor_{.stream = floor_from_start ? next - 1 : 0},
      stored_floor_(floor_),
      stored_delivered_{.stream = next - 1} {}

uint64_t Positions::Deliver(uint64_t stream_sequence, bool first) {
  if (first) SkipTo(stream_sequence + 1);
  stored_delivered_ = {next_consumer_,
                       std::max(stored_delivered_.stream, stream_sequence)};
  return next_consumer_++;
}

void Positions::SkipTo(uint64_t next) {
  next_stream_ = std::max(next_stream_, next);
}

void Positions::Settle(const Mark& settled, const Unsettled& unsettled) {
  Raise(floor_, settled, delivered(), unsettled);
  if (settled.consumer <= stored_floor_.consumer) return;
  Raise(stored_floor_, settled, stored_delivered_, unsettled);
}

void Positions::SettleAllTo(const Mark& settled, bool known) {
  floor_ = settled;
  if (known && settled.consumer > stored_floor_.consumer) {
    stored_floor_ = settled;
  }
}

void Positions::GiveUp(const Mark& given_up, const Unsettled& unsettled) {
  Raise(floor_, given_up, delivered(), unsettled);
}

void Positions::Purge(uint64_t first, uint64_t last,
                      const Unsettled& unsettled) {
  SkipTo(first);
  if (floor_.stream < first) {
    floor_ = {std::max(floor_.consumer, last), first - 1};
  }
  if (unsettled.empty()) floor_ = delivered();
  stored_floor_ = floor_;
  stored_delivered_ = delivered();
}

void Positions::PurgeAll(uint64_t first) {
  SkipTo(first);
  if (floor_.stream < first) floor_ = {next_consumer_ - 1, first - 1};
}

}  // namespace walnats::testing::model
