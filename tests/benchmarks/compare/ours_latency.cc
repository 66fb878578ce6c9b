#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <utility>
#include <vector>

#include "absl/synchronization/notification.h"
#include "tests/benchmarks/compare/ours.h"
#include "tests/benchmarks/compare/running.h"
#include "tests/benchmarks/compare/stopwatch.h"

namespace walnats::benchmarks {
namespace {

class Latency {
 public:
  explicit Latency(const Setting& setting)
      : event_(EventOf(setting, Use::kPublish, false)),
        payload_(setting.payload),
        count_(static_cast<size_t>(setting.seconds * 1000)) {
    latencies_.reserve(count_);
  }

  Actor actor() {
    return Actor("latency", event_, [this](const Reading& reading) {
      latencies_.push_back(MonotonicNow() - reading.sent_ns());
      if (latencies_.size() == count_) all_.Notify();
    });
  }

  // Emits once a millisecond.
  Task<void> Feed(Client client) {
    Reading reading = MakeReading(payload_);
    boost::asio::steady_timer timer(client.executor());
    auto next = std::chrono::steady_clock::now();
    for (size_t i = 0; i < count_ && error_.ok(); ++i) {
      next += std::chrono::milliseconds(1);
      timer.expires_at(next);
      co_await timer.async_wait(boost::asio::use_awaitable);
      reading.set_sent_ns(MonotonicNow());
      error_ = (co_await client.Emit(event_, reading)).status();
    }
  }

  absl::StatusOr<Measured> Run(const Setting& setting) {
    Service service{.name = "bench", .emits = {event_}, .actors = {actor()}};
    Running running(setting.url, std::move(service));
    if (absl::Status ready = running.Ready(); !ready.ok()) return ready;
    const Stopwatch watch(setting);
    boost::asio::co_spawn(running.client().executor(), Feed(running.client()),
                          boost::asio::detached);
    const absl::Duration limit = absl::Seconds(setting.seconds + 10);
    if (!all_.WaitForNotificationWithTimeout(limit)) {
      return absl::DeadlineExceededError("latency: messages are missing");
    }
    Measured measured = watch.Stop(static_cast<int64_t>(count_));
    measured.SetLatency(latencies_);
    return measured;
  }

 private:
  const Event<Reading> event_;
  const int payload_;
  const size_t count_;
  std::vector<uint64_t> latencies_;
  absl::Status error_;
  absl::Notification all_;
};

}  // namespace

absl::StatusOr<Measured> MeasureLatency(const Setting& setting) {
  return Latency(setting).Run(setting);
}

}  // namespace walnats::benchmarks
