#include <algorithm>

#include "tests/benchmarks/compare/nats_c.h"
#include "tests/benchmarks/compare/stopwatch.h"
#include "walnats/base/strings.h"

namespace walnats::benchmarks {
namespace {

constexpr int64_t kWarmUp = 8192;

absl::Status PublishAsync(jsCtx* js, const Setting& setting, bool with_id,
                          int64_t first, int64_t count) {
  const std::string subject = SubjectOf(setting, Use::kPublish);
  const std::string prefix = Cat("qTb0vXyW3k8-", first);
  Reading reading = MakeReading(setting.payload);
  std::string body;
  std::string id;
  jsPubOptions options;
  jsPubOptions_Init(&options);
  natsStatus status = NATS_OK;
  for (int64_t i = 0; i < count && status == NATS_OK; ++i) {
    reading.set_number(static_cast<uint64_t>(first + i));
    reading.SerializeToString(&body);
    if (with_id) {
      id = Cat(prefix, i);
      options.MsgId = id.c_str();
    }
    status = js_PublishAsync(js, subject.c_str(), body.data(),
                             static_cast<int>(body.size()), &options);
  }
  if (status == NATS_OK) status = js_PublishAsyncComplete(js, nullptr);
  return FromNatsC(status, "publish asynchronously");
}

absl::StatusOr<Measured> MeasureAsync(const Setting& setting, bool with_id) {
  NatsC nats;
  absl::Status status = nats.Connect(setting.url);
  if (status.ok()) {
    status = PublishAsync(nats.js(), setting, with_id, 1, kWarmUp);
  }
  const Stopwatch watch(setting);
  if (status.ok()) {
    status = PublishAsync(nats.js(), setting, with_id, kWarmUp + 1,
                          setting.messages);
  }
  if (!status.ok()) return status;
  return watch.Stop(setting.messages);
}

}  // namespace

absl::StatusOr<Measured> MeasureJsPublish(const Setting& setting) {
  NatsC nats;
  absl::Status status = nats.Connect(setting.url);
  if (!status.ok()) return status;
  const std::string subject = SubjectOf(setting, Use::kPublish);
  const int64_t count = std::max<int64_t>(1, setting.messages / 20);
  Reading reading = MakeReading(setting.payload);
  std::string body;
  Stopwatch watch(setting);
  for (int64_t i = -100; i < count && status.ok(); ++i) {
    if (i == 0) watch.Start();
    reading.set_number(static_cast<uint64_t>(i));
    reading.SerializeToString(&body);
    jsPubAck* ack = nullptr;
    status =
        FromNatsC(js_Publish(&ack, nats.js(), subject.c_str(), body.data(),
                             static_cast<int>(body.size()), nullptr, nullptr),
                  "publish");
    jsPubAck_Destroy(ack);
  }
  if (!status.ok()) return status;
  return watch.Stop(count);
}

absl::StatusOr<Measured> MeasureJsPublishAsync(const Setting& setting) {
  return MeasureAsync(setting, false);
}

absl::StatusOr<Measured> MeasureJsPublishAsyncWithId(const Setting& setting) {
  return MeasureAsync(setting, true);
}

}  // namespace walnats::benchmarks
