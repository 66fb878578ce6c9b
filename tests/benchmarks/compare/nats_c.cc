#include "tests/benchmarks/compare/nats_c.h"

#include "walnats/base/strings.h"

namespace walnats::benchmarks {

NatsC::~NatsC() {
  natsSubscription_Destroy(subscription_);
  jsCtx_Destroy(js_);
  natsConnection_Destroy(connection_);
}

absl::Status NatsC::Connect(const std::string& url, int64_t max_pending) {
  absl::Status status =
      FromNatsC(natsConnection_ConnectTo(&connection_, url.c_str()), "connect");
  if (!status.ok()) return status;
  jsOptions options;
  jsOptions_Init(&options);
  options.PublishAsync.MaxPending = max_pending;
  return FromNatsC(natsConnection_JetStream(&js_, connection_, &options),
                   "make a JetStream context");
}

absl::Status FromNatsC(natsStatus status, std::string_view act) {
  if (status == NATS_OK) return absl::OkStatus();
  return Error(absl::StatusCode::kUnavailable, act,
               " by nats.c: ", natsStatus_GetText(status));
}

}  // namespace walnats::benchmarks
