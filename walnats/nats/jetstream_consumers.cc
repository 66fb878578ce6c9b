// The verbs about consumers: one API request each.

#include <utility>

#include "walnats/base/strings.h"
#include "walnats/nats/api_level.h"
#include "walnats/nats/jetstream.h"

namespace walnats::nats {
namespace {

using transport::ConsumerInfo;

std::string Act(std::string_view verb, const std::string& stream,
                const std::string& name) {
  return Cat(verb, " consumer ", Quoted(name), " of stream ", Quoted(stream));
}

}  // namespace

Task<absl::StatusOr<ConsumerInfo>> JetStream::CreateConsumer(
    const std::string& stream, const transport::ConsumerConfig& config) {
  return PutConsumer("create", stream, config, ConsumerAction::kCreate);
}

Task<absl::StatusOr<ConsumerInfo>> JetStream::UpdateConsumer(
    const std::string& stream, const transport::ConsumerConfig& config) {
  return PutConsumer("update", stream, config, ConsumerAction::kUpdate);
}

Task<absl::StatusOr<ConsumerInfo>> JetStream::PutConsumer(
    std::string_view verb, const std::string& stream,
    const transport::ConsumerConfig& config, ConsumerAction action) {
  const bool named = !ApiSubject("", stream, config.name).empty();
  return api_.Ask<ConsumerInfo>(
      {.act = Act(verb, stream, config.name),
       .subject = named ? ConsumerCreateSubject(stream, config) : "",
       .body = ConsumerRequest(stream, config, action, server_.features)},
      &ParseConsumerInfo);
}

Task<absl::StatusOr<ConsumerInfo>> JetStream::GetConsumer(
    const std::string& stream, const std::string& name) {
  return api_.Ask<ConsumerInfo>(
      {.act = Act("get", stream, name),
       .subject = ApiSubject("CONSUMER.INFO", stream, name),
       .body = ""},
      &ParseConsumerInfo);
}

Task<absl::StatusOr<std::vector<ConsumerInfo>>> JetStream::ListConsumers(
    const std::string& stream) {
  return api_.List<ConsumerInfo>(
      {.act = Cat("list consumers of stream ", Quoted(stream)),
       .subject = ApiSubject("CONSUMER.LIST", stream),
       .body = ""},
      &ParseConsumerPage);
}

Task<absl::Status> JetStream::DeleteConsumer(const std::string& stream,
                                             const std::string& name) {
  return api_.Do({.act = Act("delete", stream, name),
                  .subject = ApiSubject("CONSUMER.DELETE", stream, name),
                  .body = ""},
                 &ParseSuccess);
}

Task<absl::Status> JetStream::PauseConsumer(const std::string& stream,
                                            const std::string& name,
                                            absl::Time until) {
  std::string act = Act("pause", stream, name);
  if (server_.features.api_level < kPauseLevel) return Ready(Lacks(act));
  return api_.Do({.act = std::move(act),
                  .subject = ApiSubject("CONSUMER.PAUSE", stream, name),
                  .body = PauseRequest(until)},
                 &ParseAccepted);
}

Task<absl::Status> JetStream::ResetConsumer(const std::string& stream,
                                            const std::string& name,
                                            uint64_t sequence) {
  std::string act = Act("reset", stream, name);
  if (server_.features.api_level < kResetLevel) return Ready(Lacks(act));
  return api_.Do({.act = std::move(act),
                  .subject = ApiSubject("CONSUMER.RESET", stream, name),
                  .body = ResetRequest(sequence)},
                 &ParseAccepted);
}

absl::Status JetStream::Lacks(std::string_view act) const {
  return Error(absl::StatusCode::kUnimplemented, act, ": nats-server ",
               server_.version, " cannot");
}

}  // namespace walnats::nats
