#pragma once

// The baselines of nats.c, written as its documentation shows them.

#include <nats/nats.h>

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tests/benchmarks/compare/measured.h"
#include "tests/benchmarks/compare/setting.h"

namespace walnats::benchmarks {

// A connection with its JetStream context.
class NatsC {
 public:
  NatsC() = default;
  ~NatsC();
  NatsC(const NatsC&) = delete;
  NatsC& operator=(const NatsC&) = delete;

  // With `max_pending` of js_PublishAsync.
  absl::Status Connect(const std::string& url, int64_t max_pending = 4096);
  jsCtx* js() { return js_; }
  // The subscription ends with the connection.
  natsSubscription*& subscription() { return subscription_; }

 private:
  natsConnection* connection_ = nullptr;
  jsCtx* js_ = nullptr;
  natsSubscription* subscription_ = nullptr;
};

// OK for NATS_OK, else naming `act`.
absl::Status FromNatsC(natsStatus status, std::string_view act);

// js_Publish, one at a time: a twentieth of the messages.
absl::StatusOr<Measured> MeasureJsPublish(const Setting& setting);
absl::StatusOr<Measured> MeasureJsPublishAsync(const Setting& setting);
absl::StatusOr<Measured> MeasureJsPublishAsyncWithId(const Setting& setting);

// natsSubscription_Fetch and natsMsg_Ack.
absl::StatusOr<Measured> MeasureFetch100(const Setting& setting);
absl::StatusOr<Measured> MeasureFetch500(const Setting& setting);
// js_Subscribe with a callback, and natsMsg_Ack.
absl::StatusOr<Measured> MeasurePush(const Setting& setting);

// From before the publish to within the callback of js_Subscribe, at 1,000
// messages a second on one connection.
absl::StatusOr<Measured> MeasureLatencyJsPublish(const Setting& setting);
absl::StatusOr<Measured> MeasureLatencyJsPublishAsync(const Setting& setting);

}  // namespace walnats::benchmarks
