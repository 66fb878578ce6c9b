#pragma once

// A transport with streams and consumers in a map, and a record of what was
// asked of it:
//
//   FakeServer server(clock);
//   server.before = FailOnce("create stream a", absl::UnavailableError("..."));
//   ...
//   EXPECT_THAT(server.calls, ElementsAre("get stream a", "create stream a"));

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/fakes/fake_transport.h"
#include "walnats/clock.h"
#include "walnats/transport/connector.h"

namespace walnats::testing {

// Asked for each verb of a stream or consumer; what is not OK is its answer.
using Hook = std::function<absl::Status(std::string_view call)>;

// A Hook that answers `call` with `status`, the first `times` times.
Hook Fail(std::string call, absl::Status status, int times = 1 << 30);

// `status` with the server's code.
absl::Status WithCode(absl::Status status, int code);

class FakeServer : public FakeTransport {
 public:
  // `clock` dates what is created.
  explicit FakeServer(Clock& clock);

  std::map<std::string, transport::StreamInfo> streams;
  std::map<std::pair<std::string, std::string>, transport::ConsumerInfo>
      consumers;

  // "create stream a", "get consumer a/mailer", "stop deliveries", "ack 7",
  // "nak 7", "flush", "close": in the order in which they came.
  std::vector<std::string> calls;
  std::vector<std::string> TakeCalls() { return std::exchange(calls, {}); }

  // `before` answers instead of doing it, `after` in place of the answer: it
  // was done, but who asked does not know.
  Hook before;
  Hook after;
  // How long each verb takes.
  absl::Duration latency = absl::ZeroDuration();
  // What becomes of configurations: servers may drop what they do not know.
  std::function<void(transport::StreamConfig&)> change_stream;
  std::function<void(transport::ConsumerConfig&)> change_consumer;

  // As if somebody else had done it: in no record, asked of no hook.
  void PutStream(const transport::StreamConfig& config);
  void PutConsumer(const std::string& stream,
                   const transport::ConsumerConfig& config);

  Task<absl::StatusOr<transport::StreamInfo>> CreateStream(
      const transport::StreamConfig& config) override;
  Task<absl::StatusOr<transport::StreamInfo>> UpdateStream(
      const transport::StreamConfig& config) override;
  Task<absl::StatusOr<transport::StreamInfo>> GetStream(
      const std::string& name) override;
  Task<absl::StatusOr<transport::ConsumerInfo>> CreateConsumer(
      const std::string& stream,
      const transport::ConsumerConfig& config) override;
  Task<absl::StatusOr<transport::ConsumerInfo>> UpdateConsumer(
      const std::string& stream,
      const transport::ConsumerConfig& config) override;
  Task<absl::StatusOr<transport::ConsumerInfo>> GetConsumer(
      const std::string& stream, const std::string& name) override;

  using FakeTransport::Settle;
  void Settle(transport::Delivery delivery, transport::Ack ack,
              absl::Time deadline) override;
  void Settle(transport::Delivery delivery, transport::Nak nak,
              absl::Time deadline) override;
  Task<absl::Status> StopDeliveries(absl::Duration limit) override;
  Task<absl::Status> Flush(absl::Duration limit) override;
  Task<void> Close() override;

 private:
  using Key = std::pair<std::string, std::string>;
  // Does `work` as `call`, in the record and with the hooks.
  template <class Info>
  Task<absl::StatusOr<Info>> Do(std::string call,
                                std::function<absl::StatusOr<Info>()> work);

  Clock& clock_;
};

// Hands out one FakeServer.
class FakeConnector : public transport::Connector {
 public:
  absl::Status refusal;  // not OK: there is no server
  absl::Duration latency = absl::ZeroDuration();
  bool single = false;
  // Prepares the server, on the connection's thread.
  std::function<void(FakeServer&)> prepare;

  Task<absl::StatusOr<std::unique_ptr<transport::Transport>>> Connect(
      TimerQueue& clock) override;
  bool embedded() const override { return single; }

  // Once connected; lives as long as whom it was handed to.
  FakeServer* server = nullptr;
};

}  // namespace walnats::testing
