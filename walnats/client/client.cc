#include "walnats/client.h"

#include "walnats/base/strings.h"
#include "walnats/client/client_core.h"
#include "walnats/client/emission.h"

namespace walnats {
namespace internal {
namespace {

Task<absl::StatusOr<Receipt>> Fail(absl::Status status) { co_return status; }

// Of an event that is registered: counts, too.
Task<absl::StatusOr<Receipt>> Fail(std::shared_ptr<ClientCore>,
                                   ClientCore::EmitCounts& counts,
                                   absl::Status status) {
  absl::StatusOr<Receipt> result = std::move(status);
  counts.Count(result);
  co_return result;
}

// What an Emission is made of, but for body and id.
struct Post {
  std::string_view event;
  EmitHeaders headers;
  transport::PublishOptions options;
  std::optional<uint64_t> expected_last_sequence;
};

// The emission stands in the coroutine's frame.
Task<absl::StatusOr<Receipt>> Send(std::shared_ptr<ClientCore> core,
                                   ClientCore::EmitCounts& counts, Post post,
                                   std::string body, std::string id) {
  Emission emission(post.event, std::move(body), std::move(id),
                    std::move(post.headers), post.options,
                    post.expected_last_sequence);
  co_await emission.done().Wait([&] { core->Submit(emission); });
  absl::StatusOr<Receipt> result = emission.TakeResult();
  counts.Count(result);
  co_return result;
}

}  // namespace

Task<absl::StatusOr<Receipt>> Emit(const std::shared_ptr<ClientCore>& core,
                                   const EventInfo& event,
                                   const absl::Status& encoded,
                                   std::string body,
                                   const EmitOptions& options) {
  ClientCore::EmitCounts* counts = core->counts(event.name());
  if (counts == nullptr) {
    return Fail(Error(absl::StatusCode::kFailedPrecondition, "emit \"",
                      event.name(),
                      "\": not registered; name it in a service's `emits`"));
  }
  if (!encoded.ok()) {
    return Fail(core, *counts,
                Error(absl::StatusCode::kInternal, "emit \"", event.name(),
                      "\": ", encoded.message()));
  }
  if (absl::Status checked = CheckEmit(event, options); !checked.ok()) {
    return Fail(core, *counts, checked);
  }
  std::string id(options.id);
  if (id.empty() && event.message_ids()) id = core->ids().Next();
  Post post{.event = event.name(),
            .headers = EmitHeaders(options, DueOf(options, core->clock())),
            .options = PublishOptionsOf(event, options),
            .expected_last_sequence = options.expected_last_sequence};
  return Send(core, *counts, std::move(post), std::move(body), std::move(id));
}

}  // namespace internal

Executor Client::executor() const { return core_->executor(); }

}  // namespace walnats
