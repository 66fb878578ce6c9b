#pragma once

// `walnats dlq`: what actors gave up on, looked at, tried again, removed.

#include <cstdint>
#include <string>

#include "walnats/cli/output.h"
#include "walnats/cli/session.h"
#include "walnats/dead_letters.h"

namespace walnats::cli {

struct DlqListOptions {
  DeadLetterFilter filter;
};

struct DlqShowOptions {
  uint64_t number = 0;
};

struct DlqRedriveOptions {
  DeadLetterFilter filter;
  std::string by;
  std::string reason;
  bool dry_run = false;
  double rate = 0;
};

struct DlqPurgeOptions {
  DeadLetterFilter filter;
  bool all = false;  // else the filter must say something
  bool dry_run = false;
  bool yes = false;  // do not ask
};

// Each is kNotFound if nothing matches.
Task<absl::Status> ListLetters(Session& session, const Output& output,
                               const DlqListOptions& options);
Task<absl::Status> ShowLetter(Session& session, const Output& output,
                              const DlqShowOptions& options);
// kCancelled if the session was asked to stop.
Task<absl::Status> RedriveLetters(Session& session, const Output& output,
                                  const DlqRedriveOptions& options);
Task<absl::Status> PurgeLetters(Session& session, const Output& output,
                                const DlqPurgeOptions& options);

}  // namespace walnats::cli
