#include "walnats/inbox.h"

#include <utility>

#include "walnats/base/steps.h"
#include "walnats/base/strings.h"
#include "walnats/middleware.h"

namespace walnats {
namespace {

using Store = std::shared_ptr<internal::AnyInboxStore>;
using Found = absl::StatusOr<std::optional<std::string>>;

// Whatever the store says, the message is tried again: it never makes it dead.
absl::Status Unavailable(std::string_view act, std::string_view key,
                         const absl::Status& status) {
  return Error(absl::StatusCode::kUnavailable, "inbox: ", act, " ", Quoted(key),
               ": ", status.ToString());
}

Task<absl::Status> HandleOnce(Store store, std::string key, Next next) {
  const Found found = co_await store->Find(key);
  if (!found.ok()) co_return Unavailable("find", key, found.status());
  if (found->has_value()) co_return absl::OkStatus();
  absl::Status handled = co_await next();
  if (!handled.ok()) co_return handled;
  const absl::Status kept = co_await store->Keep(key, "");
  AtStep("inbox: completion kept");
  if (kept.ok() || absl::IsAlreadyExists(kept)) co_return absl::OkStatus();
  co_return Unavailable("keep", key, kept);
}

Task<absl::StatusOr<std::string>> WorkOnce(
    Store store, std::string key,
    std::function<Task<absl::StatusOr<std::string>>()> work) {
  Found found = co_await store->Find(key);
  if (!found.ok()) co_return Unavailable("find", key, found.status());
  if (found->has_value()) co_return **std::move(found);
  absl::StatusOr<std::string> result = co_await work();
  if (!result.ok()) co_return result;
  AtStep("inbox: step done");
  const absl::Status kept = co_await store->Keep(key, *result);
  AtStep("inbox: step kept");
  if (kept.ok()) co_return result;
  if (!absl::IsAlreadyExists(kept)) co_return Unavailable("keep", key, kept);
  found = co_await store->Find(key);
  if (found.ok() && found->has_value()) co_return **std::move(found);
  co_return Unavailable("find", key, found.ok() ? kept : found.status());
}

}  // namespace

Actor Inbox::Wrap(const Actor& actor) const {
  Middleware once = [store = store_](const Context& context, Next next) {
    return HandleOnce(store, context.idempotency_key(), next);
  };
  return WithMiddleware(actor, {std::move(once)});
}

Task<absl::StatusOr<std::string>> Inbox::Once(
    const Context& context, std::string_view step,
    std::function<Task<absl::StatusOr<std::string>>()> work) const {
  return WorkOnce(store_, Cat(context.idempotency_key(), "/", step),
                  std::move(work));
}

}  // namespace walnats
