#include "walnats/cli/output.h"

#include <cstdio>

#include "walnats/base/strings.h"
#include "walnats/cli/text.h"

namespace walnats::cli {

void Output::Print(std::string_view text) const {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

void Output::PrintLine(std::string_view text) const {
  Print(Cat(text, std::string_view("\n")));
}

ExitCode ExitCodeOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return kDone;
    case absl::StatusCode::kNotFound:
      return kNothing;
    case absl::StatusCode::kInvalidArgument:
      return kMisused;
    case absl::StatusCode::kCancelled:
      return kInterrupted;
    default:
      return kFailed;
  }
}

ExitCode Report(const absl::Status& status) {
  if (!status.ok()) {
    const std::string text = Visible(ToStd(status.message()), true);
    std::fprintf(stderr, "walnats: %s\n", text.c_str());
  }
  return ExitCodeOf(status);
}

}  // namespace walnats::cli
