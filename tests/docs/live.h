#pragma once

// Runs a coroutine of the pages on a server that lives as long.

#include <functional>

#include "shop/events.h"
#include "walnats/connect.h"
#include "walnats/services.h"

namespace walnats::docs {

// What `run` returned. It may emit the shop's orders; `services` holds what
// else there is to run meanwhile.
inline absl::Status RunLive(Services& services, Producer::Run run) {
  absl::Status result = absl::UnknownError("has not run");
  services.Add(
      {.name = "live",
       .producers = {Producer("test", {shop::kOrderPlaced},
                              [&](Client client) -> Task<absl::Status> {
                                result = co_await run(std::move(client));
                                services.Stop();
                                co_return absl::OkStatus();
                              })}});
  const auto nats = Connect({});
  const absl::Status status = services.Run(*nats);
  return status.ok() ? result : status;
}

}  // namespace walnats::docs
