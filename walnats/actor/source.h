#pragma once

// Where a runner's deliveries come from besides its actor's consumer.

#include "absl/time/time.h"
#include "walnats/observer.h"
#include "walnats/transport/delivery.h"

namespace walnats::internal {

// Gives deliveries to ActorRunner::Take, on the transport's thread; outlives
// the runners. A failed attempt, and what a drain hands back, is settled by the
// runner as any other delivery.
class Source {
 public:
  // The message is done with: handled, or dead and its letter stored. Settles
  // `delivery`, in its own time and not past `deadline`.
  virtual void Finish(transport::Delivery delivery, JobVerdict verdict,
                      absl::Time deadline) = 0;

  // The runner will never start it: it is for another process, and this was no
  // attempt.
  virtual void PutOff(transport::Delivery delivery) = 0;

  // The runner is rid of a delivery, however that came about.
  virtual void OnReleased() = 0;

 protected:
  ~Source() = default;
};

}  // namespace walnats::internal
