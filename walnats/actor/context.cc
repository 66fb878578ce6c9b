#include "walnats/context.h"

#include "walnats/actor/job.h"
#include "walnats/base/strings.h"

namespace walnats {

std::string_view Context::actor() const { return job_.scope.actor.name(); }

std::string_view Context::event() const {
  return job_.scope.actor.event().name();
}

std::string_view Context::subject() const { return job_.origin.subject; }

std::string_view Context::stream() const { return job_.origin.stream; }

uint64_t Context::sequence() const { return job_.origin.sequence; }

absl::Time Context::time() const { return job_.origin.time; }

std::string Context::idempotency_key() const {
  return Cat(stream(), ".", absl::ToUnixNanos(job_.origin.stream_created), ".",
             sequence(), ".", actor());
}

int Context::generation() const { return job_.origin.generation; }

int64_t Context::attempt() const { return job_.attempt; }

int Context::max_attempts() const {
  return job_.scope.actor.options().retry.max_attempts;
}

absl::Time Context::deadline() const { return job_.deadline(); }

std::optional<std::string_view> Context::header(std::string_view name) const {
  return job_.delivery.message().header(name);
}

std::string_view Context::trace() const {
  return header(kTraceHeader).value_or(std::string_view());
}

Clock& Context::clock() const { return job_.scope.clock; }

Task<absl::StatusOr<Receipt>> Context::EmitEncoded(const EventInfo& event,
                                                   const absl::Status& encoded,
                                                   std::string body,
                                                   EmitOptions options) const {
  ++job_.emits;
  std::string id;
  if (options.id.empty() && event.message_ids()) {
    id = Cat(idempotency_key(), ".", job_.emits);
    options.id = id;
  }
  if (options.trace.empty()) options.trace = trace();
  return internal::Emit(job_.scope.client, event, encoded, std::move(body),
                        options);
}

}  // namespace walnats
