#include <time.h>

#include <vector>

#include "absl/synchronization/notification.h"
#include "tests/benchmarks/compare/nats_c.h"
#include "tests/benchmarks/compare/stopwatch.h"

namespace walnats::benchmarks {
namespace {

constexpr uint64_t kInterval = 1'000'000;  // ns

// What the callback needs.
struct Heard {
  size_t expected = 0;
  std::vector<uint64_t> latencies;
  Reading reading;
  absl::Notification all;
};

void OnHeard(natsConnection*, natsSubscription*, natsMsg* message,
             void* closure) {
  auto& heard = *static_cast<Heard*>(closure);
  const uint64_t now = MonotonicNow();
  heard.reading.ParseFromArray(natsMsg_GetData(message),
                               natsMsg_GetDataLength(message));
  heard.latencies.push_back(now - heard.reading.sent_ns());
  natsMsg_Ack(message, nullptr);
  natsMsg_Destroy(message);
  if (heard.latencies.size() == heard.expected) heard.all.Notify();
}

void SleepUntil(uint64_t when) {
  const timespec time = {.tv_sec = static_cast<time_t>(when / 1'000'000'000),
                         .tv_nsec = static_cast<long>(when % 1'000'000'000)};
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nullptr);
}

absl::Status Publish(jsCtx* js, const std::string& subject,
                     const std::string& body, bool async) {
  const int size = static_cast<int>(body.size());
  if (async) {
    return FromNatsC(
        js_PublishAsync(js, subject.c_str(), body.data(), size, nullptr),
        "publish asynchronously");
  }
  return FromNatsC(js_Publish(nullptr, js, subject.c_str(), body.data(), size,
                              nullptr, nullptr),
                   "publish");
}

absl::Status PublishSteadily(jsCtx* js, const Setting& setting, bool async,
                             size_t count) {
  const std::string subject = SubjectOf(setting, Use::kPublish);
  Reading reading = MakeReading(setting.payload);
  std::string body;
  absl::Status status;
  const uint64_t begin = MonotonicNow();
  for (size_t i = 0; i < count && status.ok(); ++i) {
    SleepUntil(begin + i * kInterval);
    reading.set_sent_ns(MonotonicNow());
    reading.SerializeToString(&body);
    status = Publish(js, subject, body, async);
  }
  return status;
}

absl::StatusOr<Measured> Measure(const Setting& setting, bool async) {
  Heard heard;
  heard.expected = static_cast<size_t>(setting.seconds * 1000);
  heard.latencies.reserve(heard.expected);
  NatsC nats;
  absl::Status status = nats.Connect(setting.url);
  if (!status.ok()) return status;
  const std::string stream = StreamOf(setting, Use::kPublish);
  jsSubOptions options;
  jsSubOptions_Init(&options);
  options.Stream = stream.c_str();
  options.ManualAck = true;
  options.Config.Durable = "latency";
  status = FromNatsC(js_Subscribe(&nats.subscription(), nats.js(),
                                  SubjectOf(setting, Use::kPublish).c_str(),
                                  OnHeard, &heard, nullptr, &options, nullptr),
                     "subscribe");
  const Stopwatch watch(setting);
  if (status.ok()) {
    status = PublishSteadily(nats.js(), setting, async, heard.expected);
  }
  if (!status.ok()) return status;
  if (!heard.all.WaitForNotificationWithTimeout(absl::Seconds(10))) {
    return absl::DeadlineExceededError("latency: messages are missing");
  }
  Measured measured = watch.Stop(static_cast<int64_t>(heard.expected));
  measured.SetLatency(heard.latencies);
  return measured;
}

}  // namespace

absl::StatusOr<Measured> MeasureLatencyJsPublish(const Setting& setting) {
  return Measure(setting, false);
}

absl::StatusOr<Measured> MeasureLatencyJsPublishAsync(const Setting& setting) {
  return Measure(setting, true);
}

}  // namespace walnats::benchmarks
