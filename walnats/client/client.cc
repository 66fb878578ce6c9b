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

Task<absl::StatusOr<Receipt>> Send(std::shared_ptr<ClientCore> core,
                                   ClientCore::EmitCounts& counts,
                                   std::unique_ptr<Emission> emission) {
  co_await emission->done().Wait([&] { core->Submit(*emission); });
  absl::StatusOr<Receipt> result = emission->TakeResult();
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
  std::optional<absl::Time> due;
  if (options.delay > absl::ZeroDuration()) {
    due = core->Now() + options.delay;
  }
  return Send(core, *counts,
              std::make_unique<Emission>(event, std::move(body), std::move(id),
                                         options, due));
}

}  // namespace internal

Executor Client::executor() const { return core_->executor(); }

}  // namespace walnats
