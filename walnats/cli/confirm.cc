#include "walnats/cli/confirm.h"

#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <thread>

#include "walnats/base/strings.h"
#include "walnats/runtime/suspension.h"

namespace walnats::cli {

Task<absl::Status> Confirm(std::string question) {
  if (isatty(STDIN_FILENO) != 1) {
    co_return Error(absl::StatusCode::kInvalidArgument, question,
                    " Say --yes where nobody can be asked.");
  }
  std::string answer;
  Suspension answered;
  std::thread asking;
  co_await answered.Wait([&] {
    asking = std::thread([&] {
      std::fprintf(stderr, "%s [y/N] ", question.c_str());
      std::getline(std::cin, answer);
      answered.Resume();
    });
  });
  asking.join();
  if (answer == "y" || answer == "yes") co_return absl::OkStatus();
  co_return absl::CancelledError("nothing was done");
}

}  // namespace walnats::cli
