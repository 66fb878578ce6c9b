#include "tests/benchmarks/micro/loopback.h"

#include <cstdlib>
#include <utility>

#include "walnats/runtime/spawn.h"
#include "walnats/transport/owned_message.h"

namespace walnats::benchmarks {
namespace {

constexpr std::string_view kInfo =
    R"({"memory":0,"storage":0,"reserved_memory":0,"limits":{},)"
    R"("api":{"level":5,"total":1,"errors":0}})";
constexpr std::string_view kPubAck = R"({"stream":"bench","seq":1234567})";

class Ticket final : public transport::Subscription {
 public:
  void Stop() override {}
};

}  // namespace

bool LoopbackWire::Pump() {
  const std::vector<Answer> answers = std::exchange(answers_, {});
  for (const Answer& answer : answers) {
    sink_->OnMessage(transport::OwnedMessage(answer.subject, "", {},
                                             answer.info ? kInfo : kPubAck));
  }
  return !answers.empty();
}

void LoopbackWire::Deliver(std::string_view subject, std::string_view reply,
                           std::string_view body) {
  subscriber_->OnMessage(transport::OwnedMessage(subject, reply, {}, body));
}

absl::Status LoopbackWire::Publish(const transport::Outgoing& message) {
  ++published_;
  const bool api = message.subject.starts_with("$JS.API.");
  const bool info = message.subject == "$JS.API.INFO";
  // Pulls are not answered.
  if (!message.reply.empty() && (info || !api)) {
    answers_.push_back({std::string(message.reply), info});
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<transport::Subscription>>
LoopbackWire::Subscribe(std::string_view, std::string_view,
                        transport::MessageSink& sink) {
  subscriber_ = &sink;
  return std::make_unique<Ticket>();
}

transport::ServerInfo LoopbackWire::server() const {
  transport::ServerInfo info;
  info.version = "2.15.1";
  info.max_payload = 1 << 20;
  return info;
}

Loopback::Loopback() {
  auto owned = std::make_unique<LoopbackWire>();
  wire = owned.get();
  auto start = [](Loopback& self,
                  std::unique_ptr<nats::Wire> own) -> Task<absl::Status> {
    auto started = nats::JetStream::Start(std::move(own), *self.clock, {});
    auto result = co_await std::move(started);
    if (!result.ok()) std::abort();
    self.jetstream = *std::move(result);
    co_return absl::OkStatus();
  };
  Spawn(io->get_executor(), start(*this, std::move(owned)),
        [](const absl::Status&) {});
  do {
    clock->Poll();
  } while (wire->Pump());
  clock->Poll();
}

Loopback::~Loopback() {
  auto close = [](nats::JetStream& one) -> Task<absl::Status> {
    co_await one.Close();
    co_return absl::OkStatus();
  };
  Spawn(io->get_executor(), close(*jetstream), [](const absl::Status&) {});
  clock->Poll();
}

}  // namespace walnats::benchmarks
