#include "tests/benchmarks/compare/by_hand.h"

#include "tests/benchmarks/compare/stopwatch.h"
#include "tests/benchmarks/compare/streams.h"
#include "walnats/base/strings.h"

namespace walnats::benchmarks {
namespace {

constexpr int64_t kWindow = 4096;
constexpr int kPull = 2000;

}  // namespace

absl::Status PublishByHand(Hand& hand, const std::string& subject, int payload,
                           int64_t count) {
  absl::Status status = hand.Write("SUB _INBOX.acks 1\r\n");
  Reading reading = MakeReading(payload);
  std::string body;
  std::string out;
  int64_t sent = 0;
  for (int64_t acked = 0; status.ok() && acked < count;) {
    out.clear();
    for (; sent < count && sent - acked < kWindow; ++sent) {
      reading.set_number(static_cast<uint64_t>(sent) + 1);
      reading.SerializeToString(&body);
      AppendPub(out, subject, "_INBOX.acks", body);
    }
    if (status = hand.Write(out); !status.ok()) break;
    if (status = hand.Read(); !status.ok()) break;
    while (const std::optional<HandMessage> ack = hand.Next()) {
      if (ack->body.find("\"error\"") != ack->body.npos) {
        return Error(absl::StatusCode::kInternal,
                     "publish by hand: ", ack->body);
      }
      ++acked;
    }
  }
  if (status.ok()) status = hand.Write("UNSUB 1\r\n");
  return status;
}

absl::StatusOr<Measured> MeasurePublishByHand(const Setting& setting) {
  absl::StatusOr<Hand> hand = Hand::Connect(setting.url);
  if (!hand.ok()) return hand.status();
  const std::string subject = SubjectOf(setting, Use::kPublish);
  absl::Status status = PublishByHand(*hand, subject, setting.payload, 8192);
  const Stopwatch watch(setting);
  if (status.ok()) {
    status = PublishByHand(*hand, subject, setting.payload, setting.messages);
  }
  if (!status.ok()) return status;
  return watch.Stop(setting.messages);
}

absl::StatusOr<Measured> MeasurePullByHand(const Setting& setting) {
  absl::StatusOr<Hand> hand = Hand::Connect(setting.url);
  if (!hand.ok()) return hand.status();
  absl::Status status = AddPullConsumer(*hand, setting, "by-hand");
  if (!status.ok()) return status;
  const std::string subject = Cat("$JS.API.CONSUMER.MSG.NEXT.",
                                  StreamOf(setting, Use::kConsume), ".by-hand");
  const std::string request =
      Cat("{\"batch\":", kPull, ",\"expires\":30000000000}");
  const Stopwatch watch(setting);
  std::string out = "SUB _INBOX.pull 1\r\n";
  AppendPub(out, subject, "_INBOX.pull", request);
  int64_t asked = kPull;
  Reading reading;
  for (int64_t got = 0; got < setting.messages;) {
    if (status = hand->Write(out); !status.ok()) return status;
    if (status = hand->Read(); !status.ok()) return status;
    out.clear();
    while (const std::optional<HandMessage> message = hand->Next()) {
      if (!message->reply.starts_with("$JS.ACK.")) continue;
      reading.ParseFromArray(message->body.data(),
                             static_cast<int>(message->body.size()));
      AppendPub(out, message->reply, "", "+ACK");
      ++got;
    }
    if (asked - got <= kPull / 2) {
      AppendPub(out, subject, "_INBOX.pull", request);
      asked += kPull;
    }
  }
  if (status = hand->Write(out); !status.ok()) return status;
  status = AwaitAckFloor(*hand, setting, "by-hand");
  if (!status.ok()) return status;
  return watch.Stop(setting.messages);
}

}  // namespace walnats::benchmarks
