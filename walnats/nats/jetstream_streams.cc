// The verbs about streams and their messages: one API request each.

#include <utility>

#include "walnats/base/strings.h"
#include "walnats/nats/annotate.h"
#include "walnats/nats/api_level.h"
#include "walnats/nats/jetstream.h"

namespace walnats::nats {
namespace {

using transport::StoredMessage;
using transport::StreamInfo;

std::string Act(std::string_view verb, const std::string& stream) {
  return Cat(verb, " stream ", Quoted(stream));
}

}  // namespace

Task<absl::StatusOr<StreamInfo>> JetStream::CreateStream(
    const transport::StreamConfig& config) {
  return api_.Ask<StreamInfo>(
      {.act = Act("create", config.name),
       .subject = ApiSubject("STREAM.CREATE", config.name),
       .body = StreamRequest(config, server_.features)},
      &ParseStreamInfo);
}

Task<absl::StatusOr<StreamInfo>> JetStream::UpdateStream(
    const transport::StreamConfig& config) {
  return api_.Ask<StreamInfo>(
      {.act = Act("update", config.name),
       .subject = ApiSubject("STREAM.UPDATE", config.name),
       .body = StreamRequest(config, server_.features)},
      &ParseStreamInfo);
}

Task<absl::StatusOr<StreamInfo>> JetStream::GetStream(const std::string& name) {
  return api_.Ask<StreamInfo>({.act = Act("get", name),
                               .subject = ApiSubject("STREAM.INFO", name),
                               .body = ""},
                              &ParseStreamInfo);
}

Task<absl::StatusOr<std::vector<StreamInfo>>> JetStream::ListStreams() {
  return api_.List<StreamInfo>(
      {.act = "list streams", .subject = "$JS.API.STREAM.LIST", .body = ""},
      &ParseStreamPage);
}

Task<absl::Status> JetStream::DeleteStream(const std::string& name) {
  return api_.Do({.act = Act("delete", name),
                  .subject = ApiSubject("STREAM.DELETE", name),
                  .body = ""},
                 &ParseSuccess);
}

Task<absl::StatusOr<uint64_t>> JetStream::PurgeStream(
    const std::string& name, const transport::PurgeOptions& options) {
  // Old servers take 0 and 1 for no sequence at all, and purge everything.
  if (options.up_to && *options.up_to <= 1) return PurgeNothing(name);
  return api_.Ask<uint64_t>({.act = Act("purge", name),
                             .subject = ApiSubject("STREAM.PURGE", name),
                             .body = PurgeRequest(options)},
                            &ParsePurged);
}

Task<absl::StatusOr<uint64_t>> JetStream::PurgeNothing(std::string name) {
  Task<absl::StatusOr<StreamInfo>> ask =
      api_.Ask<StreamInfo>({.act = Act("purge", name),
                            .subject = ApiSubject("STREAM.INFO", name),
                            .body = ""},
                           &ParseStreamInfo);
  absl::StatusOr<StreamInfo> found = co_await std::move(ask);
  if (!found.ok()) co_return found.status();
  co_return uint64_t{0};
}

Task<absl::StatusOr<StoredMessage>> JetStream::GetMessage(
    const std::string& stream, const transport::GetOptions& options) {
  return api_.Ask<StoredMessage>(
      {.act = Act("get message of", stream),
       .subject = ApiSubject("STREAM.MSG.GET", stream),
       .body = GetMessageRequest(options)},
      &ParseStoredMessage);
}

Task<absl::StatusOr<std::vector<StoredMessage>>> JetStream::GetMessages(
    const std::string& stream, const transport::GetManyOptions& options) {
  return AskMany({.act = Act("get messages of", stream),
                  .subject = ApiSubject("DIRECT.GET", stream),
                  .body = GetManyRequest(options)});
}

Task<absl::StatusOr<std::vector<StoredMessage>>> JetStream::AskMany(
    ApiCall call) {
  if (server_.features.api_level < kMultiGetLevel) co_return Lacks(call.act);
  if (call.subject.empty()) co_return Annotate(NoName(), call.act);
  const transport::Outgoing request{
      .subject = call.subject, .headers = {}, .body = call.body, .reply = {}};
  absl::StatusOr<std::vector<StoredMessage>> messages =
      co_await many_.Request(request, options_.api_limit);
  if (messages.ok()) co_return messages;
  co_return Annotate(messages.status(), call.act);
}

Task<absl::Status> JetStream::EraseMessage(const std::string& stream,
                                           uint64_t sequence) {
  return api_.Do(
      {.act = Cat("erase message ", sequence, " of stream ", Quoted(stream)),
       .subject = ApiSubject("STREAM.MSG.DELETE", stream),
       .body = EraseMessageRequest(sequence)},
      &ParseSuccess);
}

}  // namespace walnats::nats
