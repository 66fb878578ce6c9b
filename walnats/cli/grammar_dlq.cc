// The command line of `walnats dlq`.

#include <pwd.h>
#include <unistd.h>

#include <optional>

#include "absl/time/clock.h"
#include "walnats/cli/dlq.h"
#include "walnats/cli/human.h"
#include "walnats/cli/options.h"

namespace walnats::cli {
namespace {

// "anna@build-7".
std::string UserAndHost() {
  char host[256] = "?";
  gethostname(host, sizeof(host) - 1);
  const passwd* user = getpwuid(geteuid());
  return Cat(user != nullptr ? user->pw_name : Cat(geteuid()), "@", host);
}

absl::StatusOr<absl::Time> ParsePast(std::string_view text) {
  return ParseTime(text, absl::Now());
}

void AddFilter(CLI::App& app, DeadLetterFilter& filter) {
  app.add_option("NUMBER", filter.letters, "The letters of these numbers");
  app.add_option("--service", filter.service, "Of this service");
  app.add_option("--actor", filter.actor, "Of this actor");
  app.add_option("--event", filter.event, "Of this event");
  app.add_option("--code", filter.code, "With this last code: UNAVAILABLE");
  app.add_option("--error", filter.error,
                 "With this last error; '*' is any text")
      ->type_name("PATTERN");
  app.add_option("--key", filter.key, "With this key");
  const auto parse = [&filter](const std::string& text) {
    const size_t equals = text.find('=');
    filter.header = text.substr(0, equals);
    if (equals != text.npos) filter.header_value = text.substr(equals + 1);
    return std::string(filter.header.empty() ? "a header has a name" : "");
  };
  app.add_option_function<std::string>(
         "--header", [](const std::string&) {},
         "With this header; '*' is any text")
      ->check(parse)
      ->type_name("NAME[=PATTERN]");
  AddParsed(app, "--since", "TIME", filter.died_from, ParsePast,
            "Dead since a time, or a duration ago: 2026-11-20, 2h");
  AddParsed(app, "--until", "TIME", filter.died_until, ParsePast,
            "Dead before a time, or a duration ago");
  app.add_option("--limit", filter.limit, "At most so many, the oldest")
      ->check(CLI::PositiveNumber)
      ->type_name("N");
}

void AddList(CLI::App& dlq, Invocation& invocation) {
  const auto options = std::make_shared<DlqListOptions>();
  CLI::App& list = *dlq.add_subcommand("list", "List dead letters");
  AddFilter(list, options->filter);
  list.add_flag("--redriven", options->filter.redriven,
                "Also those that were redriven already");
  list.footer(
      "Examples:\n"
      "  walnats dlq list --actor charge-card --since 1d\n"
      "  walnats dlq list --error '*gateway*' --json | jq '.[].number'\n");
  Set(list, invocation, options, ListLetters);
}

void AddShow(CLI::App& dlq, Invocation& invocation) {
  const auto options = std::make_shared<DlqShowOptions>();
  CLI::App& show = *dlq.add_subcommand("show", "Show all of a dead letter");
  show.add_option("NUMBER", options->number, "Its number, as list shows it")
      ->required();
  show.footer("Examples:\n  walnats dlq show 42\n");
  Set(show, invocation, options, ShowLetter);
}

void AddRedrive(CLI::App& dlq, Invocation& invocation) {
  const auto options = std::make_shared<DlqRedriveOptions>();
  options->by = UserAndHost();
  CLI::App& redrive = *dlq.add_subcommand(
      "redrive", "Give dead letters to the actors that failed, once more");
  AddFilter(redrive, options->filter);
  redrive.add_option("--reason", options->reason,
                     "Why, for the audit; required but for --dry-run");
  redrive.add_option("--by", options->by, "Who, for the audit")
      ->capture_default_str();
  redrive.add_flag("--dry-run", options->dry_run,
                   "Show what would be redriven, send nothing");
  redrive.add_option("--rate", options->rate, "Letters a second")
      ->check(CLI::PositiveNumber)
      ->type_name("N");
  redrive.footer(
      "Each letter is redriven once, however often the command is repeated:\n"
      "stop it with Ctrl-C and run it again whenever you like.\n\n"
      "Examples:\n"
      "  walnats dlq redrive --actor charge-card --dry-run\n"
      "  walnats dlq redrive --actor charge-card --rate 50 \\\n"
      "      --reason 'gateway is back'\n"
      "  walnats dlq redrive 42 43 --reason 'fixed in 1.4.1'\n");
  redrive.callback([&invocation, options] {
    if (options->reason.empty() && !options->dry_run) {
      throw CLI::RequiredError("--reason");
    }
    invocation.stops = true;
    invocation.command = [options](Session& session, const Output& output) {
      return RedriveLetters(session, output, *options);
    };
  });
}

void AddPurge(CLI::App& dlq, Invocation& invocation) {
  const auto options = std::make_shared<DlqPurgeOptions>();
  CLI::App& purge =
      *dlq.add_subcommand("purge", "Remove dead letters for good");
  AddFilter(purge, options->filter);
  purge.add_flag("--redriven", options->filter.redriven,
                 "Also those that were redriven already");
  purge.add_flag("--all", options->all, "All, where nothing says which");
  purge.add_flag("--dry-run", options->dry_run, "Count, remove nothing");
  purge.add_flag("--yes,-y", options->yes, "Do not ask");
  purge.footer(
      "Examples:\n"
      "  walnats dlq purge --actor old-actor --dry-run\n"
      "  walnats dlq purge --until 30d --yes\n");
  Set(purge, invocation, options, PurgeLetters);
}

}  // namespace

void AddDeadLetters(CLI::App& app, Invocation& invocation) {
  CLI::App& dlq =
      *app.add_subcommand("dlq", "List, show, redrive and purge dead letters");
  AddList(dlq, invocation);
  AddShow(dlq, invocation);
  AddRedrive(dlq, invocation);
  AddPurge(dlq, invocation);
  dlq.footer("Examples:\n  walnats dlq list\n  walnats dlq show 42\n");
}

}  // namespace walnats::cli
