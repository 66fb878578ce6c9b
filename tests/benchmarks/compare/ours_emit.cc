#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <utility>
#include <vector>

#include "absl/synchronization/blocking_counter.h"
#include "tests/benchmarks/compare/ours.h"
#include "tests/benchmarks/compare/running.h"
#include "tests/benchmarks/compare/stopwatch.h"

namespace walnats::benchmarks {
namespace {

constexpr int64_t kWarmUp = 8192;

// Emits until `left` is used up, by `width` coroutines on the connection's
// thread.
class Emitter {
 public:
  Emitter(Client client, const Setting& setting, bool ids)
      : client_(std::move(client)),
        event_(EventOf(setting, Use::kPublish, ids)),
        payload_(setting.payload) {}

  // The first error, if any.
  absl::Status Emit(int64_t count, int width) {
    left_ = count;
    absl::BlockingCounter running(width);
    for (int i = 0; i < width; ++i) {
      boost::asio::co_spawn(
          client_.executor(), Loop(),
          [&running](const std::exception_ptr&) { running.DecrementCount(); });
    }
    running.Wait();
    return error_;
  }

 private:
  Task<void> Loop() {
    Reading reading = MakeReading(payload_);
    while (left_-- > 0) {
      reading.set_number(static_cast<uint64_t>(left_) + 2);
      const absl::StatusOr<Receipt> receipt =
          co_await client_.Emit(event_, reading);
      if (!receipt.ok()) {
        error_ = receipt.status();
        left_ = 0;
      }
    }
  }

  const Client client_;
  const Event<Reading> event_;
  const int payload_;
  int64_t left_ = 0;  // set while no coroutine runs
  absl::Status error_;
};

absl::StatusOr<Measured> Measure(const Setting& setting, bool ids, int width,
                                 int64_t count) {
  Service service{.name = "bench",
                  .emits = {EventOf(setting, Use::kPublish, ids)}};
  Running running(setting.url, std::move(service));
  if (absl::Status ready = running.Ready(); !ready.ok()) return ready;
  Emitter emitter(running.client(), setting, ids);
  absl::Status status = emitter.Emit(width == 1 ? 100 : kWarmUp, width);
  const Stopwatch watch(setting);
  if (status.ok()) status = emitter.Emit(count, width);
  if (!status.ok()) return status;
  return watch.Stop(count);
}

absl::Status EmitAll(const Client& client, const Event<Reading>& event,
                     const std::vector<Reading>& readings) {
  absl::BlockingCounter running(1);
  absl::Status status;
  auto emit = [&]() -> Task<void> {
    const EmitResults results = co_await client.EmitAll(event, readings);
    status = results.status();
  };
  boost::asio::co_spawn(
      client.executor(), emit(),
      [&running](const std::exception_ptr&) { running.DecrementCount(); });
  running.Wait();
  return status;
}

absl::StatusOr<Measured> MeasureAll(const Setting& setting, bool ids) {
  const Event<Reading> event = EventOf(setting, Use::kPublish, ids);
  Running running(setting.url, {.name = "bench", .emits = {event}});
  if (absl::Status ready = running.Ready(); !ready.ok()) return ready;
  std::vector<Reading> readings(kWarmUp, MakeReading(setting.payload));
  absl::Status status = EmitAll(running.client(), event, readings);
  readings.resize(setting.messages, MakeReading(setting.payload));
  for (std::size_t i = 0; i < readings.size(); ++i) readings[i].set_number(i);
  const Stopwatch watch(setting);
  if (status.ok()) status = EmitAll(running.client(), event, readings);
  if (!status.ok()) return status;
  return watch.Stop(setting.messages);
}

}  // namespace

absl::StatusOr<Measured> MeasureEmitAll(const Setting& setting) {
  return MeasureAll(setting, false);
}

absl::StatusOr<Measured> MeasureEmitAllWithId(const Setting& setting) {
  return MeasureAll(setting, true);
}

absl::StatusOr<Measured> MeasureEmit(const Setting& setting) {
  return Measure(setting, false, 4096, setting.messages);
}

absl::StatusOr<Measured> MeasureEmitWithId(const Setting& setting) {
  return Measure(setting, true, 4096, setting.messages);
}

absl::StatusOr<Measured> MeasureEmitOne(const Setting& setting) {
  const int64_t count = std::max<int64_t>(1, setting.messages / 20);
  return Measure(setting, false, 1, count);
}

}  // namespace walnats::benchmarks
