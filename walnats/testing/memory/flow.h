#pragma once

// One consumer's deliveries to one sink: overlapping pulls that last as long as
// their connection, refilled at half, and asked for again when the server ends
// them.

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "walnats/runtime/timer_queue.h"
#include "walnats/testing/memory/flows.h"
#include "walnats/transport/flow.h"

namespace walnats::testing {

// Its sink may destroy it inside any of its calls.
class MemoryFlow : public transport::Flow {
 public:
  // `flows` forgets it when either of them dies.
  MemoryFlow(MemoryFlows& flows, uint64_t id, const std::string& stream,
             const std::string& consumer, const transport::FlowOptions& options,
             transport::DeliverySink& sink);
  ~MemoryFlow() override;

  void Want(int count) override;
  // Also takes back what it has asked for; what is on its way still comes.
  void Stop() override;
  void Restart() override;
  // The model looks at the pulls that wait when it is resumed.
  void Wake() override {}

  uint64_t id() const { return id_; }

  // ---- the calls of MemoryFlows.
  void OnDelivery(uint64_t pull, const model::Deliver& delivery);
  void OnStatus(uint64_t pull, const model::PullStatus& status);
  void OnIdle() { sink_.OnIdle(); }
  void OnUp();
  void OnDown();
  void Detach();

 private:
  struct Pull {
    int batch = 0;
    int left = 0;
  };
  // How often in a row the server would not have a request.
  struct Backoff {
    absl::Duration first;
    absl::Duration most;
    int count = 0;
  };

  bool Asks() const;
  // Asks for what is missing, and looks after the timer.
  void Advance();
  void Ask();
  // In a later turn, if it is still open then.
  void Later(std::function<void(MemoryFlow&)> call);
  // Nobody listened to it: what its server says to that.
  void OnNoConsumer(uint64_t pull);
  // Takes `pull` off the account. Returns its batch, 0 if it is not open.
  int End(uint64_t pull);
  void ForgetPulls();
  void DropPulls();

  void OnMissing(std::string_view detail);
  void OnRefused(const model::PullStatus& status);
  bool BackOff(Backoff& backoff);
  // Any of them may be the last thing it does.
  void Stalled(std::string_view detail);
  void Alive();
  void Tell(transport::FlowEvent event, std::string_view detail);
  void OnTime();

  MemoryFlows* flows_;  // null once that is closed
  const uint64_t id_;
  const std::string stream_;
  const std::string consumer_;
  const transport::FlowOptions options_;
  transport::DeliverySink& sink_;
  std::map<uint64_t, Pull> pulls_;
  uint64_t last_pull_ = 0;
  int outstanding_ = 0;  // the sum of what is left
  int want_ = 0;
  bool stopped_ = false;
  bool missing_ = false;  // the consumer, until Restart
  bool stalled_ = false;
  bool unheard_ = false;  // nobody answered its last pull
  absl::Time not_before_ = absl::InfinitePast();      // back-off
  absl::Time silent_until_ = absl::InfiniteFuture();  // then it has stalled
  Backoff refusals_ = {absl::Milliseconds(100), absl::Seconds(10)};
  Backoff no_responders_ = {absl::Milliseconds(250), absl::Seconds(5)};
  Timer timer_;
};

}  // namespace walnats::testing
