#pragma once

// What the model hands out, as the first seam's messages: views into what the
// stream stores, shared and not copied.

#include "walnats/testing/jetstream_model/actions.h"
#include "walnats/transport/delivery.h"

namespace walnats::testing {

// Its reply is the ack subject that the server would write.
transport::Delivery MakeDelivery(const model::Deliver& delivery);

// Which delivery of the model it was.
model::DeliveryId IdOf(const transport::Delivery& delivery);

}  // namespace walnats::testing
