#pragma once

// Where a command's answer goes: tables for people, or JSON for scripts, on
// stdout; what is wrong on stderr.

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "walnats/cli/table.h"

namespace walnats::cli {

struct Output {
  bool json = false;
  bool color = false;

  // At once, so that a pipe's reader sees every line when it was written.
  void Print(std::string_view text) const;
  // With a line feed.
  void PrintLine(std::string_view text) const;
};

// What scripts may rely on.
enum ExitCode {
  kDone = 0,
  kFailed = 1,
  kMisused = 2,        // the command line makes no sense
  kNothing = 3,        // not found, or nothing matched
  kInterrupted = 130,  // by Ctrl-C, as shells count it
};

// kNotFound, kInvalidArgument and kCancelled have codes of their own.
ExitCode ExitCodeOf(const absl::Status& status);

// "walnats: <message>" on stderr, unless it is OK; the exit code.
ExitCode Report(const absl::Status& status);

}  // namespace walnats::cli
