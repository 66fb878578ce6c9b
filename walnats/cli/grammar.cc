#include "walnats/cli/grammar.h"

#include "walnats/cli/actors.h"
#include "walnats/cli/completion.h"
#include "walnats/cli/human.h"
#include "walnats/cli/options.h"
#include "walnats/cli/server.h"
#include "walnats/cli/streams.h"
#include "walnats/cli/tail.h"

namespace walnats::cli {
namespace {

constexpr char kExitCodes[] =
    "Exit codes: 0 done, 1 failed, 2 the command line makes no sense, 3 not\n"
    "found or nothing matched, 130 interrupted.\n";

constexpr char kExamples[] =
    "Examples:\n"
    "  walnats actors\n"
    "  walnats tail shop.order-placed --from 1h\n"
    "  walnats dlq list --actor charge-card --since 1d\n"
    "  walnats --server nats://nats.example:4222 streams --json\n\n";

void AddPause(CLI::App& actors, Invocation& invocation) {
  const auto options = std::make_shared<PauseOptions>();
  CLI::App& pause = *actors.add_subcommand(
      "pause", "Start no more jobs of an actor, in all its processes");
  pause.add_option("EVENT", options->event, "The event's name")->required();
  pause.add_option("ACTOR", options->actor, "The actor's name")->required();
  AddParsed(pause, "--for", "DURATION", options->duration, ParseDuration,
            "How long: 90s, 10m, 7d (default: until resumed)");
  pause.footer(
      "Examples:\n"
      "  walnats actors pause shop.order-placed charge-card --for 10m\n");
  Set(pause, invocation, options, PauseActor);
}

void AddResume(CLI::App& actors, Invocation& invocation) {
  const auto options = std::make_shared<PauseOptions>();
  CLI::App& resume =
      *actors.add_subcommand("resume", "Let a paused actor go on");
  resume.add_option("EVENT", options->event, "The event's name")->required();
  resume.add_option("ACTOR", options->actor, "The actor's name")->required();
  resume.footer(
      "Examples:\n"
      "  walnats actors resume shop.order-placed charge-card\n");
  Set(resume, invocation, options, ResumeActor);
}

}  // namespace

void AddGlobals(CLI::App& app, Invocation& invocation) {
  ConnectOptions& connect = invocation.connect;
  app.add_option("--server,-s", connect.urls,
                 "NATS servers, commas between them (default: $NATS_URL, then "
                 "nats://127.0.0.1:4222)")
      ->type_name("URL")
      ->delimiter(',');
  app.add_option("--user", connect.user, "Default: $NATS_USER");
  app.add_option("--password", connect.password,
                 "Default: $NATS_PASSWORD, which others do not see");
  app.add_option("--token", connect.token, "Default: $NATS_TOKEN");
  AddParsed(app, "--timeout", "DURATION", connect.connect_limit, ParseDuration,
            "For connecting (default: 5s)");
  app.add_flag("--json", invocation.output.json,
               "JSON on stdout instead of text");
}

void AddServer(CLI::App& app, Invocation& invocation) {
  CLI::App& server = *app.add_subcommand(
      "server", "Show the server and what the account may use");
  server.footer("Examples:\n  walnats server\n");
  server.callback([&invocation] { invocation.command = ShowServer; });
}

void AddStreams(CLI::App& app, Invocation& invocation) {
  CLI::App& streams =
      *app.add_subcommand("streams", "List the streams, and whose they are");
  streams.footer(
      "Examples:\n"
      "  walnats streams\n"
      "  walnats streams --json | jq '.[] | select(.kind == \"event\")'\n");
  streams.callback([&invocation] { invocation.command = ListStreams; });
}

void AddActors(CLI::App& app, Invocation& invocation) {
  const auto options = std::make_shared<ActorsOptions>();
  CLI::App& actors = *app.add_subcommand(
      "actors", "List the actors and how far they are behind; pause, resume");
  actors.add_option("--event", options->event, "Of this event only");
  actors.footer(
      "Examples:\n"
      "  walnats actors\n"
      "  walnats actors --event shop.order-placed --json\n"
      "  walnats actors pause shop.order-placed charge-card --for 10m\n");
  Set(actors, invocation, options, ListActors);
  AddPause(actors, invocation);
  AddResume(actors, invocation);
}

void AddTail(CLI::App& app, Invocation& invocation) {
  const auto options = std::make_shared<TailOptions>();
  CLI::App& tail =
      *app.add_subcommand("tail", "Show an event's messages as they come");
  tail.add_option("EVENT", options->event, "The event's name")->required();
  tail.add_option("--from", options->from,
                  "Where to begin: all, new, a sequence, a time, or a "
                  "duration ago (default: new)")
      ->type_name("PLACE");
  tail.add_option("--count,-n", options->count, "End after so many messages")
      ->check(CLI::PositiveNumber)
      ->type_name("N");
  tail.add_flag("!--no-follow", options->follow,
                "End with what is there, instead of waiting for more");
  tail.footer(
      "Messages of Protobuf events are shown as JSON, by the schema that the\n"
      "services have stored beside the stream. Ctrl-C ends it.\n\n"
      "Examples:\n"
      "  walnats tail shop.order-placed\n"
      "  walnats tail shop.order-placed --from 10m\n"
      "  walnats tail shop.order-placed --from all --no-follow --json\n");
  Set(tail, invocation, options, Tail);
}

void AddCompletion(CLI::App& app, Invocation& invocation) {
  CLI::App& completion = *app.add_subcommand(
      "completion", "Print a script that completes this command in a shell");
  const auto shell = std::make_shared<std::string>();
  completion.add_option("SHELL", *shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  completion.footer(
      "Examples:\n"
      "  eval \"$(walnats completion bash)\"\n"
      "  walnats completion zsh > ~/.zfunc/_walnats\n"
      "  walnats completion fish > ~/.config/fish/completions/walnats.fish\n");
  completion.callback([&app, &invocation, shell] {
    invocation.local = [&app, shell](const Output& output) {
      output.Print(CompletionScript(app, *shell));
      return absl::OkStatus();
    };
  });
}

void AddCommands(CLI::App& app, Invocation& invocation) {
  app.name("walnats");
  app.description("Looks at what walnats does on a NATS server, and mends it.");
  app.set_version_flag("--version", std::string("walnats ") + WALNATS_VERSION);
  // Also `walnats streams --json`.
  app.fallthrough();
  AddGlobals(app, invocation);
  AddServer(app, invocation);
  AddStreams(app, invocation);
  AddActors(app, invocation);
  AddTail(app, invocation);
  AddDeadLetters(app, invocation);
  AddBuckets(app, invocation);
  AddCompletion(app, invocation);
  app.footer(std::string(kExamples) + kExitCodes);
}

}  // namespace walnats::cli
