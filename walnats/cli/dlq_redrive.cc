// `walnats dlq redrive`.

#include <unistd.h>

#include <string>
#include <vector>

#include "walnats/base/strings.h"
#include "walnats/cli/dlq.h"
#include "walnats/cli/human.h"
#include "walnats/cli/json.h"
#include "walnats/cli/letter_text.h"
#include "walnats/cli/progress.h"
#include "walnats/v1/dead_letter.pb.h"

namespace walnats::cli {
namespace {

std::string Letters(int64_t count) {
  return Plural(static_cast<uint64_t>(count), "letter");
}

std::string ToJson(const RedriveResult& result, bool dry_run,
                   bool interrupted) {
  std::vector<std::string> problems;
  for (const std::string& problem : result.problems) {
    problems.push_back(JsonText(problem));
  }
  JsonObject object;
  object.Add("dry_run", dry_run)
      .Add("matched", result.matched)
      .Add("queued", result.queued)
      .Add("already", result.already)
      .AddJson("problems", JsonArray(problems))
      .Add("interrupted", interrupted);
  return object.text();
}

std::string ToText(const RedriveResult& result, bool dry_run) {
  std::string text =
      Cat(dry_run ? "would redrive " : "redrove ", Letters(result.queued));
  if (result.already > 0) {
    absl::StrAppend(&text, ", ", Letters(result.already), " already were");
  }
  for (const std::string& problem : result.problems) {
    absl::StrAppend(&text, "\ncould not: ", problem);
  }
  return text;
}

// Which letters it is about; how many of them are to be redriven.
Task<absl::StatusOr<RedriveResult>> Rehearse(Session& session,
                                             const DlqRedriveOptions& options,
                                             Table& table) {
  const DeadLetters letters(session.client);
  const absl::Time now = session.clock.Now();
  RedriveOptions redrive;
  redrive.dry_run = true;
  redrive.progress = [&](const DeadLetterEntry& entry, int64_t) {
    AddRow(table, entry, now);
    return !session.stopping();
  };
  co_return co_await letters.Redrive(options.filter, redrive);
}

absl::Status Outcome(const RedriveResult& result, int64_t planned,
                     bool stopped) {
  if (stopped) {
    return Error(absl::StatusCode::kCancelled, "dlq redrive: stopped after ",
                 result.queued, " of ", planned, " letters; the same command ",
                 "goes on with the others, none is sent twice");
  }
  if (result.problems.empty()) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition,
               "dlq redrive: ", result.problems.size(), " of ", planned,
               " letters could not be redriven");
}

}  // namespace

Task<absl::Status> RedriveLetters(Session& session, const Output& output,
                                  const DlqRedriveOptions& options) {
  Table table = LetterTable();
  const absl::StatusOr<RedriveResult> plan =
      co_await Rehearse(session, options, table);
  if (!plan.ok()) co_return plan.status();
  if (plan->matched == 0) {
    co_return absl::NotFoundError("dlq redrive: no dead letter matches");
  }
  if (options.dry_run || session.stopping()) {
    if (!output.json && !table.empty()) {
      output.Print(table.ToText(output.color));
    }
    output.PrintLine(output.json ? ToJson(*plan, true, session.stopping())
                                 : ToText(*plan, true));
    co_return Outcome(*plan, plan->queued, session.stopping());
  }
  ProgressBar bar("redrive", plan->queued, session.clock.Now(),
                  isatty(STDERR_FILENO) == 1);
  bool stopped = false;
  RedriveOptions redrive;
  redrive.by = options.by;
  redrive.reason = options.reason;
  redrive.rate = options.rate;
  redrive.progress = [&](const DeadLetterEntry&, int64_t done) {
    bar.Show(done, session.clock.Now());
    stopped = session.stopping() && done < plan->queued;
    return !stopped;
  };
  const DeadLetters letters(session.client);
  const absl::StatusOr<RedriveResult> result =
      co_await letters.Redrive(options.filter, redrive);
  bar.End();
  if (!result.ok()) co_return result.status();
  output.PrintLine(output.json ? ToJson(*result, false, stopped)
                               : ToText(*result, false));
  co_return Outcome(*result, plan->queued, stopped);
}

}  // namespace walnats::cli
