#pragma once

// The main function of a service.
//
//   int main(int argc, char** argv) {
//     walnats::Services services;
//     services.Add(...);
//     return walnats::RunMain(services, argc, argv);
//   }
//
// Connects to NATS_URL (see ConnectOptionsFromEnvironment), or starts an
// embedded server if there is none. SIGINT and SIGTERM drain; a second one
// ends the process at once.

#include "walnats/connect.h"
#include "walnats/services.h"

namespace walnats {

// Runs `services` until it is stopped. Returns the exit code: 0 after a drain,
// 1 with the reason on stderr otherwise, 2 for a command line it does not
// understand. Call it on the main thread before starting others, because it
// takes SIGINT and SIGTERM for the process. Flags, all optional:
//
//   --log-level LEVEL    debug, info, warning (default), error, off
//   --help
int RunMain(Services& services, int argc = 0,
            const char* const* argv = nullptr);

// The same with connect options of your own; the environment is not read.
int RunMain(Services& services, const ConnectOptions& connect, int argc = 0,
            const char* const* argv = nullptr);

}  // namespace walnats
