#pragma once

// nats.c's objects in unique_ptrs: one leaked subscription makes
// nats_CloseAndWait wait for its whole time-out.

#include <nats/nats.h>

#include <memory>

#include "walnats/nats/undeclared.h"

namespace walnats::nats {

struct Destroyer {
  void operator()(natsMsg* message) const {
    if (natsMsg_free) {
      natsMsg_free(message);
    } else {
      natsMsg_Destroy(message);
    }
  }
  void operator()(natsSubscription* subscription) const {
    natsSubscription_Destroy(subscription);
  }
  void operator()(natsOptions* options) const { natsOptions_Destroy(options); }
  void operator()(natsConnection* connection) const {
    natsConnection_Destroy(connection);
  }
};

using MessageHandle = std::unique_ptr<natsMsg, Destroyer>;
// Dies before its connection.
using SubscriptionHandle = std::unique_ptr<natsSubscription, Destroyer>;
using OptionsHandle = std::unique_ptr<natsOptions, Destroyer>;
using ConnectionHandle = std::unique_ptr<natsConnection, Destroyer>;

}  // namespace walnats::nats
