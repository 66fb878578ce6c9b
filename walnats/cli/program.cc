#include "walnats/cli/program.h"

#include <unistd.h>

#include <atomic>
#include <iostream>
#include <optional>

#include "walnats/cli/grammar.h"
#include "walnats/cli/options.h"
#include "walnats/connect/signals.h"

namespace walnats::cli {
namespace {

// The innermost command that was named.
const CLI::App& Named(const CLI::App& app) {
  const std::vector<CLI::App*> parsed = app.get_subcommands();
  return parsed.empty() ? app : Named(*parsed.front());
}

int Ended(const CLI::App& app, const CLI::ParseError& error) {
  const int code = app.exit(error);
  return code == 0 ? kDone : kMisused;
}

}  // namespace

int RunProgram(int argc, const char* const* argv) {
  Invocation invocation;
  CLI::App app;
  AddCommands(app, invocation);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return Ended(app, error);
  }
  Output& output = invocation.output;
  output.color = !output.json && WantsColor(STDOUT_FILENO);
  if (invocation.local) return Report(invocation.local(output));
  if (!invocation.command) {
    std::cerr << Named(app).help();
    return kMisused;
  }
  ConnectOptions& options = invocation.connect;
  if (options.urls.empty()) options.urls = {"nats://127.0.0.1:4222"};
  std::atomic<bool> stop = false;
  std::optional<connect::StopSignals> signals;
  // Before the connection's threads, which inherit the blocked signals.
  if (invocation.stops) signals.emplace([&stop] { stop = true; });
  const Act act = [&](Session& session) {
    return invocation.command(session, output);
  };
  return Report(RunSession(options, stop, act));
}

}  // namespace walnats::cli
