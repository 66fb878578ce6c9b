#include "walnats/client/emission.h"

#include "absl/strings/match.h"
#include "walnats/base/strings.h"

namespace walnats::internal {
namespace {

absl::Duration DuplicateWindow(const Limits& limits) {
  if (limits.duplicates != absl::ZeroDuration()) return limits.duplicates;
  return std::min(limits.age, absl::Minutes(2));
}

bool IsOurs(std::string_view name) {
  return absl::StartsWithIgnoreCase(ToAbsl(name), "nats-") ||
         absl::StartsWithIgnoreCase(ToAbsl(name), "walnats-");
}

}  // namespace

absl::Status CheckEmit(const EventInfo& event, const EmitOptions& options) {
  auto refused = [&](std::string_view why) {
    return Error(absl::StatusCode::kFailedPrecondition, "emit \"", event.name(),
                 "\": ", why);
  };
  for (const Header& header : options.headers) {
    if (absl::Status status = CheckHeader(header); !status.ok()) {
      return refused(std::string(status.message()));
    }
    if (IsOurs(header.name)) {
      return refused(
          Cat("header ", Quoted(header.name),
              ": names beginning with Nats- or Walnats- are reserved"));
    }
  }
  for (const Header& header : {Header{kMessageIdHeader, options.id},
                               Header{kTraceHeader, options.trace}}) {
    if (header.value.empty()) continue;  // not sent
    if (absl::Status status = CheckHeader(header); !status.ok()) {
      return refused(std::string(status.message()));
    }
  }
  return absl::OkStatus();
}

absl::Status Complete(EncodedMessage& message, const EventInfo& event,
                      MessageIds& ids) {
  if (!message.encoded.ok()) {
    return absl::InternalError(message.encoded.message());
  }
  if (message.id.empty()) {
    if (event.message_ids()) message.id = ids.Next();
    return absl::OkStatus();
  }
  const absl::Status id = CheckHeader({kMessageIdHeader, message.id});
  return id.ok() ? id : absl::FailedPreconditionError(id.message());
}

EmitHeaders::EmitHeaders(const EmitOptions& options,
                         std::optional<absl::Time> due) {
  // Reserved, so that the views into it stay.
  texts_.reserve(2 * options.headers.size() + 2);
  auto keep = [&](std::string_view text) -> std::string_view {
    return texts_.emplace_back(text);
  };
  for (const Header& header : options.headers) {
    headers_.push_back({keep(header.name), keep(header.value)});
  }
  if (!options.trace.empty()) {
    headers_.push_back({kTraceHeader, keep(options.trace)});
  }
  if (due.has_value()) {
    headers_.push_back({kDelayHeader, keep(EncodeDelay(*due))});
  }
}

std::optional<absl::Time> DueOf(const EmitOptions& options,
                                const Clock& clock) {
  if (options.delay <= absl::ZeroDuration()) return std::nullopt;
  return clock.Now() + options.delay;
}

transport::PublishOptions PublishOptionsOf(const EventInfo& event,
                                           const EmitOptions& options) {
  return {.wait = options.wait,
          .unsent_limit = options.unsent_limit,
          .resolve_within = DuplicateWindow(event.limits())};
}

Emission::Emission(std::string_view event, std::string body, std::string id,
                   EmitHeaders headers, const transport::PublishOptions& asked,
                   std::optional<uint64_t> expected_last_sequence)
    : event_(event),
      body_(std::move(body)),
      id_(std::move(id)),
      headers_(std::move(headers)) {
  message = {.subject = event_, .headers = headers_.all(), .body = body_};
  expect.message_id = id_;
  expect.last_sequence = expected_last_sequence;
  options = asked;
}

size_t Emission::size() const {
  size_t size = body_.size();
  for (const Header& header : headers_.all()) {
    size += header.name.size() + header.value.size() + 4;
  }
  return size;
}

void Emission::Publish(transport::Transport& transport) {
  const size_t limit = static_cast<size_t>(transport.server().max_payload);
  if (limit != 0 && size() > limit) {
    return Complete(Error(absl::StatusCode::kFailedPrecondition, "emit \"",
                          event_, "\": payload of ", size(),
                          " bytes over the server's limit of ", limit));
  }
  transport.Publish(*this);
}

void Emission::Complete(absl::StatusOr<Receipt> result) {
  result_ = std::move(result);
  done_.Resume();
}

void Emission::OnPublished(absl::StatusOr<transport::PubAck> ack) {
  if (!ack.ok()) return Complete(ack.status());
  Complete(Receipt{std::move(ack->stream), ack->sequence, ack->duplicate});
}

}  // namespace walnats::internal
