#pragma once

// A program that a test runs, killed when the test ends, however that ends:
//
//   Child hello(directory, {kHello}, {"NATS_URL=" + server.url()});
//   ASSERT_TRUE(Eventually([&] { return hello.output() == "ready\n"; }));
//   hello.Signal(SIGTERM);
//   EXPECT_EQ(hello.AwaitExit(), 0);

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace walnats::testing {

class Child {
 public:
  // Runs `command`, a path and its arguments, with the environment of the test
  // less what configures walnats, plus `environment`. What it writes goes to
  // new files in `directory`.
  Child(const std::string& directory, const std::vector<std::string>& command,
        const std::vector<std::string>& environment = {});
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  pid_t pid() const { return pid_; }

  // Nothing, once AwaitExit has seen its end.
  void Signal(int signal) const;

  // The exit code, or 128 plus the signal that ended it, as a shell says it.
  // Nothing if it has not ended within `limit`.
  std::optional<int> AwaitExit(absl::Duration limit = absl::Seconds(40));

  // What it has written so far, to stdout and to stderr.
  std::string output() const;
  std::string errors() const;

 private:
  bool Reap();

  pid_t pid_;
  std::string output_path_;
  std::string errors_path_;
  std::optional<int> exit_code_;
};

}  // namespace walnats::testing
