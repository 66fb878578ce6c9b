#include "walnats/testing/memory/settlements.h"

namespace walnats::testing {

void MemorySettlements::Send(model::DeliveryId id,
                             const model::Settlement& settlement,
                             absl::Time deadline) {
  if (deadline <= link_.now()) return;
  if (kept_.empty() && link_.up()) {
    link_.broker().Settle(id, settlement);
    return;
  }
  Kept& kept =
      kept_.emplace_back(Kept{std::move(id), settlement, {}, deadline});
  if (auto* term = std::get_if<transport::Term>(&kept.settlement)) {
    kept.reason = term->reason;
    term->reason = kept.reason;
  }
}

void MemorySettlements::OnUp() {
  const absl::Time now = link_.now();
  for (; link_.up() && !kept_.empty(); kept_.pop_front()) {
    const Kept& first = kept_.front();
    if (first.deadline <= now) continue;
    link_.broker().Settle(first.id, first.settlement);
  }
}

}  // namespace walnats::testing
