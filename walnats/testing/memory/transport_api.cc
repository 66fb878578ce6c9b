// The verbs about streams, their messages and consumers: one of the model each.

#include <algorithm>
#include <utility>

#include "walnats/base/strings.h"
#include "walnats/testing/memory/transport.h"

namespace walnats::testing {
namespace {

using model::Answer;
using model::ConsumerAction;
using model::Difference;
using model::Done;
using model::Model;
using transport::ConsumerInfo;
using transport::StoredMessage;
using transport::StreamInfo;

constexpr absl::Duration kApiLimit = absl::Seconds(5);

std::string Act(std::string_view verb, const std::string& stream) {
  return Cat(verb, " stream ", Quoted(stream));
}

std::string Act(std::string_view verb, const std::string& stream,
                const std::string& name) {
  return Cat(verb, " consumer ", Quoted(name), " of stream ", Quoted(stream));
}

bool IsName(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return c > ' ' && c != '.' && c != '*' && c != '>' && c != '\x7f';
  });
}

// A Task that has ended.
template <class T>
Task<T> Ready(T result) {
  co_return result;
}

}  // namespace

bool MemoryTransport::Can(Difference difference) const {
  return model::Has(broker_.version(), difference);
}

absl::Status MemoryTransport::Lacks(std::string_view act) const {
  return Error(absl::StatusCode::kUnimplemented, act, ": nats-server ",
               server().version, " cannot");
}

Task<absl::Status> MemoryTransport::Answered(bool silent) {
  if (silent) co_return co_await requests_.Silence(kApiLimit);
  co_return co_await requests_.Turn();
}

Task<absl::Status> MemoryTransport::Do(ApiCall call, Verb<Done> verb) {
  Task<absl::StatusOr<Done>> ask = Ask<Done>(std::move(call), std::move(verb));
  const absl::StatusOr<Done> done = co_await std::move(ask);
  co_return done.status();
}

// ---- streams

Task<absl::StatusOr<StreamInfo>> MemoryTransport::CreateStream(
    const transport::StreamConfig& config) {
  return Ask<StreamInfo>(
      {.act = Act("create", config.name), .named = IsName(config.name)},
      [config](Model& model) { return model.CreateStream(config); });
}

Task<absl::StatusOr<StreamInfo>> MemoryTransport::UpdateStream(
    const transport::StreamConfig& config) {
  return Ask<StreamInfo>(
      {.act = Act("update", config.name), .named = IsName(config.name)},
      [config](Model& model) { return model.UpdateStream(config); });
}

Task<absl::StatusOr<StreamInfo>> MemoryTransport::GetStream(
    const std::string& name) {
  return Ask<StreamInfo>(
      {.act = Act("get", name), .named = IsName(name)},
      [name](Model& model) { return model.GetStream(name); });
}

Task<absl::StatusOr<std::vector<StreamInfo>>> MemoryTransport::ListStreams() {
  return Ask<std::vector<StreamInfo>>(
      {.act = "list streams", .named = true},
      [](Model& model) { return Answer(model.ListStreams()); });
}

Task<absl::Status> MemoryTransport::DeleteStream(const std::string& name) {
  return Do({.act = Act("delete", name), .named = IsName(name)},
            [name](Model& model) { return model.DeleteStream(name); });
}

Task<absl::StatusOr<uint64_t>> MemoryTransport::PurgeStream(
    const std::string& name, const transport::PurgeOptions& options) {
  return Ask<uint64_t>({.act = Act("purge", name), .named = IsName(name)},
                       [name, options](Model& model) -> Answer<uint64_t> {
                         // The server is not asked: old ones purge everything.
                         if (options.up_to && *options.up_to <= 1) {
                           const auto found = model.GetStream(name);
                           if (!found.ok()) return found.refusal();
                           return uint64_t{0};
                         }
                         return model.PurgeStream(name, options);
                       });
}

// ---- messages

Task<absl::StatusOr<StoredMessage>> MemoryTransport::GetMessage(
    const std::string& stream, const transport::GetOptions& options) {
  return Ask<StoredMessage>(
      {.act = Act("get message of", stream), .named = IsName(stream)},
      [stream, options](Model& model) {
        return model.GetMessage(stream, options);
      });
}

Task<absl::StatusOr<std::vector<StoredMessage>>> MemoryTransport::GetMessages(
    const std::string& stream, const transport::GetManyOptions& options) {
  using Messages = std::vector<StoredMessage>;
  std::string act = Act("get messages of", stream);
  if (!Can(Difference::kMultiGet)) {
    return Ready<absl::StatusOr<Messages>>(Lacks(act));
  }
  return Ask<Messages>({.act = std::move(act), .named = IsName(stream)},
                       [stream, options](Model& model) -> Answer<Messages> {
                         auto messages = model.GetMessages(stream, options);
                         // 404 without a code: none of the subjects has a
                         // message.
                         const bool none = !messages.ok() &&
                                           messages.refusal().code == 0 &&
                                           messages.refusal().http_code == 404;
                         return none ? Messages() : std::move(messages);
                       });
}

Task<absl::Status> MemoryTransport::EraseMessage(const std::string& stream,
                                                 uint64_t sequence) {
  return Do(
      {.act = Cat("erase message ", sequence, " of stream ", Quoted(stream)),
       .named = IsName(stream)},
      [stream, sequence](Model& model) {
        return model.EraseMessage(stream, sequence);
      });
}

// ---- consumers

Task<absl::StatusOr<ConsumerInfo>> MemoryTransport::CreateConsumer(
    const std::string& stream, const transport::ConsumerConfig& config) {
  return PutConsumer("create", stream, config, ConsumerAction::kCreate);
}

Task<absl::StatusOr<ConsumerInfo>> MemoryTransport::UpdateConsumer(
    const std::string& stream, const transport::ConsumerConfig& config) {
  return PutConsumer("update", stream, config, ConsumerAction::kUpdate);
}

Task<absl::StatusOr<ConsumerInfo>> MemoryTransport::PutConsumer(
    std::string_view act, const std::string& stream,
    const transport::ConsumerConfig& config, ConsumerAction action) {
  return Ask<ConsumerInfo>({.act = Act(act, stream, config.name),
                            .named = IsName(stream) && IsName(config.name)},
                           [stream, config, action](Model& model) {
                             return model.PutConsumer(stream, config, action);
                           });
}

Task<absl::StatusOr<ConsumerInfo>> MemoryTransport::GetConsumer(
    const std::string& stream, const std::string& name) {
  return Ask<ConsumerInfo>(
      {.act = Act("get", stream, name),
       .named = IsName(stream) && IsName(name)},
      [stream, name](Model& model) { return model.GetConsumer(stream, name); });
}

Task<absl::StatusOr<std::vector<ConsumerInfo>>> MemoryTransport::ListConsumers(
    const std::string& stream) {
  return Ask<std::vector<ConsumerInfo>>(
      {.act = Act("list consumers of", stream), .named = IsName(stream)},
      [stream](Model& model) { return model.ListConsumers(stream); });
}

Task<absl::Status> MemoryTransport::DeleteConsumer(const std::string& stream,
                                                   const std::string& name) {
  return Do({.act = Act("delete", stream, name),
             .named = IsName(stream) && IsName(name)},
            [stream, name](Model& model) {
              return model.DeleteConsumer(stream, name);
            });
}

Task<absl::Status> MemoryTransport::PauseConsumer(const std::string& stream,
                                                  const std::string& name,
                                                  absl::Time until) {
  std::string act = Act("pause", stream, name);
  if (!Can(Difference::kPause)) return Ready(Lacks(act));
  return Do({.act = std::move(act), .named = IsName(stream) && IsName(name)},
            [stream, name, until](Model& model) {
              return model.PauseConsumer(stream, name, until);
            });
}

Task<absl::Status> MemoryTransport::ResetConsumer(const std::string& stream,
                                                  const std::string& name,
                                                  uint64_t sequence) {
  std::string act = Act("reset", stream, name);
  if (!Can(Difference::kReset)) return Ready(Lacks(act));
  return Do({.act = std::move(act), .named = IsName(stream) && IsName(name)},
            [stream, name, sequence](Model& model) {
              return model.ResetConsumer(stream, name, sequence);
            });
}

}  // namespace walnats::testing
