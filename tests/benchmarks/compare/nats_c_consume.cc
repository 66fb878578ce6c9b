#include <algorithm>

#include "absl/synchronization/notification.h"
#include "tests/benchmarks/compare/hand.h"
#include "tests/benchmarks/compare/nats_c.h"
#include "tests/benchmarks/compare/stopwatch.h"
#include "tests/benchmarks/compare/streams.h"

namespace walnats::benchmarks {
namespace {

// Handles a message: parses it, and looks at it.
bool Handle(natsMsg* message, Reading& reading) {
  return reading.ParseFromArray(natsMsg_GetData(message),
                                natsMsg_GetDataLength(message)) &&
         reading.number() > 0;
}

absl::Status FetchAll(natsSubscription* subscription, int batch,
                      int64_t messages) {
  constexpr int64_t kTimeoutMs = 5000;
  Reading reading;
  natsStatus status = NATS_OK;
  for (int64_t got = 0; got < messages && status == NATS_OK;) {
    natsMsgList list = {};
    const int64_t wanted = std::min<int64_t>(batch, messages - got);
    status = natsSubscription_Fetch(
        &list, subscription, static_cast<int>(wanted), kTimeoutMs, nullptr);
    for (int i = 0; i < list.Count && status == NATS_OK; ++i) {
      if (!Handle(list.Msgs[i], reading)) {
        return absl::DataLossError("fetch by nats.c: not a Reading");
      }
      status = natsMsg_Ack(list.Msgs[i], nullptr);
    }
    got += list.Count;
    natsMsgList_Destroy(&list);
  }
  return FromNatsC(status, "fetch");
}

absl::StatusOr<Measured> MeasureFetch(const Setting& setting, int batch) {
  absl::StatusOr<Hand> hand = Hand::Connect(setting.url);
  if (!hand.ok()) return hand.status();
  absl::Status status = AddPullConsumer(*hand, setting, "fetch");
  NatsC nats;
  if (status.ok()) status = nats.Connect(setting.url);
  if (!status.ok()) return status;
  const std::string stream = StreamOf(setting, Use::kConsume);
  jsSubOptions options;
  jsSubOptions_Init(&options);
  options.Stream = stream.c_str();
  options.Consumer = "fetch";
  status = FromNatsC(js_PullSubscribe(&nats.subscription(), nats.js(),
                                      SubjectOf(setting, Use::kConsume).c_str(),
                                      "fetch", nullptr, &options, nullptr),
                     "subscribe");
  const Stopwatch watch(setting);
  if (status.ok()) {
    status = FetchAll(nats.subscription(), batch, setting.messages);
  }
  if (status.ok()) status = AwaitAckFloor(*hand, setting, "fetch");
  if (!status.ok()) return status;
  return watch.Stop(setting.messages);
}

// What the callback of a push subscription needs.
struct Pushed {
  int64_t messages = 0;
  int64_t got = 0;
  Reading reading;
  absl::Notification all;
};

void OnPushed(natsConnection*, natsSubscription*, natsMsg* message,
              void* closure) {
  auto& pushed = *static_cast<Pushed*>(closure);
  if (Handle(message, pushed.reading)) {
    natsMsg_Ack(message, nullptr);
    if (++pushed.got == pushed.messages) pushed.all.Notify();
  }
  natsMsg_Destroy(message);
}

}  // namespace

absl::StatusOr<Measured> MeasureFetch100(const Setting& setting) {
  return MeasureFetch(setting, 100);
}

absl::StatusOr<Measured> MeasureFetch500(const Setting& setting) {
  return MeasureFetch(setting, 500);
}

absl::StatusOr<Measured> MeasurePush(const Setting& setting) {
  absl::StatusOr<Hand> hand = Hand::Connect(setting.url);
  if (!hand.ok()) return hand.status();
  Pushed pushed;
  pushed.messages = setting.messages;
  NatsC nats;
  absl::Status status = nats.Connect(setting.url);
  if (!status.ok()) return status;
  const std::string stream = StreamOf(setting, Use::kConsume);
  jsSubOptions options;
  jsSubOptions_Init(&options);
  options.Stream = stream.c_str();
  options.ManualAck = true;
  options.Config.Durable = "push";
  options.Config.MaxAckPending = 10'000;
  const Stopwatch watch(setting);
  status =
      FromNatsC(js_Subscribe(&nats.subscription(), nats.js(),
                             SubjectOf(setting, Use::kConsume).c_str(),
                             OnPushed, &pushed, nullptr, &options, nullptr),
                "subscribe");
  if (!status.ok()) return status;
  if (!pushed.all.WaitForNotificationWithTimeout(absl::Seconds(60))) {
    return absl::DeadlineExceededError("push by nats.c: messages are missing");
  }
  status = AwaitAckFloor(*hand, setting, "push");
  if (!status.ok()) return status;
  return watch.Stop(setting.messages);
}

}  // namespace walnats::benchmarks
