#include "billing.h"

#include "absl/strings/str_cat.h"
#include "shop/events.h"

namespace shop {
namespace {

// InvalidArgument makes a dead message at once: no retry can mend it.
absl::Status Charge(const v1::OrderPlaced& order) {
  if (order.total_cents() < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("order ", order.order_id(), " has a negative total"));
  }
  return absl::OkStatus();
}

void SendReceipt(const v1::ParcelShipped&) {}

}  // namespace

walnats::Service Billing() {
  walnats::Actor charge("charge-card", kOrderPlaced, Charge,
                        {.description = "Charges the customer's card."});
  walnats::Actor receipt("send-receipt", kParcelShipped, SendReceipt,
                         {.description = "Mails receipt and tracking code."});
  return {.name = "billing", .version = "1.0.0", .actors = {charge, receipt}};
}

}  // namespace shop
