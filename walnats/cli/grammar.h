#pragma once

// The command line: which commands there are, and what they take. Each Add...
// gives `app` a command that fills in what is to be done.

#include <functional>
#include <string>

#include "walnats/cli/output.h"
#include "walnats/cli/session.h"

namespace CLI {
class App;
}

namespace walnats::cli {

struct Invocation {
  ConnectOptions connect = ConnectOptionsFromEnvironment();
  Output output;

  // What was asked for; one of them is set.
  using Command = std::function<Task<absl::Status>(Session&, const Output&)>;
  Command command = nullptr;
  std::function<absl::Status(const Output&)> local = nullptr;  // no server

  // Whether the command ends in good order when Ctrl-C asks it to.
  bool stops = false;
};

// `invocation` outlives `app`.
void AddGlobals(CLI::App& app, Invocation& invocation);
void AddServer(CLI::App& app, Invocation& invocation);
void AddStreams(CLI::App& app, Invocation& invocation);
void AddActors(CLI::App& app, Invocation& invocation);
void AddTail(CLI::App& app, Invocation& invocation);
void AddDeadLetters(CLI::App& app, Invocation& invocation);
void AddBuckets(CLI::App& app, Invocation& invocation);
void AddCompletion(CLI::App& app, Invocation& invocation);

// All of them.
void AddCommands(CLI::App& app, Invocation& invocation);

}  // namespace walnats::cli
