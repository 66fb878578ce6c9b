// `walnats dlq purge`.

#include "walnats/base/strings.h"
#include "walnats/cli/confirm.h"
#include "walnats/cli/dlq.h"
#include "walnats/cli/human.h"
#include "walnats/cli/json.h"

namespace walnats::cli {
namespace {

bool SaysNothing(const DeadLetterFilter& filter) {
  return filter.service.empty() && filter.actor.empty() &&
         filter.event.empty() && filter.code.empty() && filter.error.empty() &&
         filter.key.empty() && filter.header.empty() &&
         filter.died_from == absl::InfinitePast() &&
         filter.died_until == absl::InfiniteFuture() &&
         filter.letters.empty() && filter.limit == INT64_MAX;
}

void Say(const Output& output, int64_t count, bool dry_run) {
  if (output.json) {
    JsonObject object;
    object.Add("dry_run", dry_run).Add("removed", count);
    output.PrintLine(object.text());
    return;
  }
  output.PrintLine(Cat(dry_run ? "would remove " : "removed ",
                       Plural(static_cast<uint64_t>(count), "letter")));
}

}  // namespace

Task<absl::Status> PurgeLetters(Session& session, const Output& output,
                                const DlqPurgeOptions& options) {
  if (SaysNothing(options.filter) && !options.all) {
    co_return absl::InvalidArgumentError(
        "dlq purge: say which letters, or --all");
  }
  const DeadLetters letters(session.client);
  const absl::StatusOr<int64_t> count =
      co_await letters.Purge(options.filter, true);
  if (!count.ok()) co_return count.status();
  if (*count == 0) {
    co_return absl::NotFoundError("dlq purge: no dead letter matches");
  }
  if (options.dry_run) {
    Say(output, *count, true);
    co_return absl::OkStatus();
  }
  if (!options.yes) {
    const std::string question =
        Cat("dlq purge: remove ",
            Plural(static_cast<uint64_t>(*count), "letter"), " for good?");
    absl::Status sure = co_await Confirm(question);
    if (!sure.ok()) co_return sure;
  }
  const absl::StatusOr<int64_t> removed =
      co_await letters.Purge(options.filter, false);
  if (!removed.ok()) co_return removed.status();
  Say(output, *removed, false);
  co_return absl::OkStatus();
}

}  // namespace walnats::cli
