#include "tests/services/fake_server.h"

#include "walnats/base/strings.h"
#include "walnats/status.h"

namespace walnats::testing {
namespace {

using transport::ConsumerConfig;
using transport::ConsumerInfo;
using transport::StreamConfig;
using transport::StreamInfo;

absl::Status NoStream(std::string_view name) {
  return WithCode(Error(absl::StatusCode::kNotFound, "stream \"", name,
                        "\": stream not found"),
                  10059);
}

absl::Status NoConsumer(std::string_view stream, std::string_view name) {
  return WithCode(Error(absl::StatusCode::kNotFound, "consumer \"", name,
                        "\" of stream \"", stream, "\": consumer not found"),
                  10014);
}

}  // namespace

Hook Fail(std::string call, absl::Status status, int times) {
  return [call, status, left = times](std::string_view asked) mutable {
    if (asked != call || left == 0) return absl::OkStatus();
    --left;
    return status;
  };
}

absl::Status WithCode(absl::Status status, int code) {
  SetServerCode(status, code);
  return status;
}

FakeServer::FakeServer(Clock& clock) : clock_(clock) {
  info.name = "fake";
  info.version = "2.10.27";
  info.url = "nats://fake:4222";
  info.features = {.compression = true,
                   .metadata = true,
                   .filter_subjects = true,
                   .term_reason = true};
}

void FakeServer::PutStream(const StreamConfig& config) {
  StreamInfo& stream = streams[config.name];
  if (stream.config.name.empty()) stream.created = clock_.Now();
  stream.config = config;
  if (change_stream) change_stream(stream.config);
  stream.config.raw = "as the server wrote it";
}

void FakeServer::PutConsumer(const std::string& stream,
                             const ConsumerConfig& config) {
  ConsumerInfo& consumer = consumers[{stream, config.name}];
  if (consumer.stream.empty()) consumer.created = clock_.Now();
  consumer.stream = stream;
  consumer.config = config;
  if (change_consumer) change_consumer(consumer.config);
  consumer.config.raw = "as the server wrote it";
}

template <class Info>
Task<absl::StatusOr<Info>> FakeServer::Do(
    std::string call, std::function<absl::StatusOr<Info>()> work) {
  calls.push_back(call);
  co_await clock_.Sleep(latency);
  if (before) {
    if (absl::Status status = before(call); !status.ok()) co_return status;
  }
  absl::StatusOr<Info> done = work();
  if (after) {
    if (absl::Status status = after(call); !status.ok()) co_return status;
  }
  co_return done;
}

Task<absl::StatusOr<StreamInfo>> FakeServer::CreateStream(
    const StreamConfig& config) {
  return Do<StreamInfo>(
      Cat("create stream ", config.name),
      [this, config]() -> absl::StatusOr<StreamInfo> {
        if (streams.contains(config.name)) {
          return WithCode(absl::InvalidArgumentError("stream name in use"),
                          10058);
        }
        PutStream(config);
        return streams[config.name];
      });
}

Task<absl::StatusOr<StreamInfo>> FakeServer::UpdateStream(
    const StreamConfig& config) {
  return Do<StreamInfo>(Cat("update stream ", config.name),
                        [this, config]() -> absl::StatusOr<StreamInfo> {
                          if (!streams.contains(config.name))
                            return NoStream(config.name);
                          PutStream(config);
                          return streams[config.name];
                        });
}

Task<absl::StatusOr<StreamInfo>> FakeServer::GetStream(
    const std::string& name) {
  return Do<StreamInfo>(Cat("get stream ", name),
                        [this, name]() -> absl::StatusOr<StreamInfo> {
                          if (!streams.contains(name)) return NoStream(name);
                          return streams[name];
                        });
}

Task<absl::StatusOr<ConsumerInfo>> FakeServer::CreateConsumer(
    const std::string& stream, const ConsumerConfig& config) {
  return Do<ConsumerInfo>(
      Cat("create consumer ", stream, "/", config.name),
      [this, stream, config]() -> absl::StatusOr<ConsumerInfo> {
        if (!streams.contains(stream)) return NoStream(stream);
        if (consumers.contains({stream, config.name})) {
          return WithCode(absl::InvalidArgumentError("consumer exists"), 10148);
        }
        PutConsumer(stream, config);
        return consumers[{stream, config.name}];
      });
}

Task<absl::StatusOr<ConsumerInfo>> FakeServer::UpdateConsumer(
    const std::string& stream, const ConsumerConfig& config) {
  return Do<ConsumerInfo>(
      Cat("update consumer ", stream, "/", config.name),
      [this, stream, config]() -> absl::StatusOr<ConsumerInfo> {
        if (!consumers.contains({stream, config.name})) {
          return NoConsumer(stream, config.name);
        }
        PutConsumer(stream, config);
        return consumers[{stream, config.name}];
      });
}

Task<absl::StatusOr<ConsumerInfo>> FakeServer::GetConsumer(
    const std::string& stream, const std::string& name) {
  return Do<ConsumerInfo>(
      Cat("get consumer ", stream, "/", name),
      [this, stream, name]() -> absl::StatusOr<ConsumerInfo> {
        if (!streams.contains(stream)) return NoStream(stream);
        const auto found = consumers.find({stream, name});
        if (found == consumers.end()) return NoConsumer(stream, name);
        return found->second;
      });
}

void FakeServer::Settle(transport::Delivery delivery, transport::Ack ack,
                        absl::Time deadline) {
  calls.push_back(Cat("ack ", delivery.info().stream_sequence));
  FakeTransport::Settle(std::move(delivery), ack, deadline);
}

void FakeServer::Settle(transport::Delivery delivery, transport::Nak nak,
                        absl::Time deadline) {
  calls.push_back(Cat("nak ", delivery.info().stream_sequence));
  FakeTransport::Settle(std::move(delivery), nak, deadline);
}

Task<absl::Status> FakeServer::StopDeliveries(absl::Duration limit) {
  calls.push_back("stop deliveries");
  return FakeTransport::StopDeliveries(limit);
}

Task<absl::Status> FakeServer::Flush(absl::Duration limit) {
  calls.push_back("flush");
  return FakeTransport::Flush(limit);
}

Task<void> FakeServer::Close() {
  calls.push_back("close");
  return FakeTransport::Close();
}

Task<absl::StatusOr<std::unique_ptr<transport::Transport>>>
FakeConnector::Connect(TimerQueue& clock) {
  co_await clock.Sleep(latency);
  if (!refusal.ok()) co_return refusal;
  auto made = std::make_unique<FakeServer>(clock);
  server = made.get();
  if (prepare) prepare(*server);
  co_return made;
}

}  // namespace walnats::testing
