#include <string_view>
#include <utility>

#include "absl/synchronization/notification.h"
#include "tests/benchmarks/compare/hand.h"
#include "tests/benchmarks/compare/ours.h"
#include "tests/benchmarks/compare/running.h"
#include "tests/benchmarks/compare/stopwatch.h"
#include "tests/benchmarks/compare/streams.h"

namespace walnats::benchmarks {
namespace {

// Counts what an actor handles, on the connection's thread. The time runs from
// the first message, or from when the services were ready if that is sooner.
class Meter {
 public:
  explicit Meter(const Setting& setting)
      : watch_(setting), messages_(setting.messages) {}

  void Begin() {
    if (!std::exchange(begun_, true)) watch_.Start();
  }
  void Count(const Reading& reading) {
    Begin();
    if (reading.number() > 0 && ++handled_ == messages_) all_.Notify();
  }

  // Waits for the last message and for its ack.
  absl::StatusOr<Measured> Finish(Hand& hand, const Setting& setting,
                                  std::string_view actor) {
    if (!all_.WaitForNotificationWithTimeout(absl::Seconds(60))) {
      return absl::DeadlineExceededError("consume: messages are missing");
    }
    absl::Status status = AwaitAckFloor(hand, setting, actor);
    if (!status.ok()) return status;
    return watch_.Stop(messages_);
  }

 private:
  Stopwatch watch_;
  const int64_t messages_;
  bool begun_ = false;
  int64_t handled_ = 0;
  absl::Notification all_;
};

absl::StatusOr<Measured> Measure(const Setting& setting, const Actor& actor,
                                 Meter& meter) {
  absl::StatusOr<Hand> hand = Hand::Connect(setting.url);
  if (!hand.ok()) return hand.status();
  Service service{.name = "bench", .actors = {actor}};
  Running running(setting.url, std::move(service), [&] { meter.Begin(); });
  if (absl::Status ready = running.Ready(); !ready.ok()) return ready;
  return meter.Finish(*hand, setting, actor.name());
}

}  // namespace

absl::StatusOr<Measured> MeasurePlain(const Setting& setting) {
  Meter meter(setting);
  const Actor actor("plain", EventOf(setting, Use::kConsume),
                    [&](const Reading& reading) { meter.Count(reading); });
  return Measure(setting, actor, meter);
}

absl::StatusOr<Measured> MeasureCoroutine(const Setting& setting) {
  Meter meter(setting);
  const Actor actor("coroutine", EventOf(setting, Use::kConsume),
                    [&](const Reading& reading) -> Task<void> {
                      meter.Count(reading);
                      co_return;
                    },
                    {.max_jobs = 1000});
  return Measure(setting, actor, meter);
}

absl::StatusOr<Measured> MeasureWaiting(const Setting& setting) {
  Meter meter(setting);
  const Actor actor(
      "waiting", EventOf(setting, Use::kConsume),
      [&](const Reading& reading, const Context& context) -> Task<void> {
        meter.Begin();
        co_await context.clock().Sleep(absl::Milliseconds(1));
        meter.Count(reading);
      },
      {.max_jobs = 1000});
  return Measure(setting, actor, meter);
}

}  // namespace walnats::benchmarks
