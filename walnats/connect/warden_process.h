#pragma once

// The warden's own process: the code between fork and _exit, and what it says
// over the control socket (SOCK_SEQPACKET, so that messages stay whole). See
// warden.h for what a warden is.

#include <cstdint>

namespace walnats::connect {

// From the warden to its parent.
struct WardenReport {
  enum Kind : int32_t {
    kStarted,     // value: the server's pid
    kExecFailed,  // value: errno
    kSignalled,   // the last command took effect
    kEnded,       // value: the server's status as of waitpid
  };
  Kind kind;
  int32_t value;
};

// From the parent to the warden: one byte, the signal to send to the server, or
// this one.
inline constexpr char kKeepDirectory = 0;

// Everything that the child needs, made before the fork: until exec it may
// call async-signal-safe functions only, so it cannot allocate.
struct WardenPlan {
  const char* binary;
  char* const* arguments;
  char* const* removal;  // arguments of rm, nullptr if nothing is to go
  int stop_limit_ms;     // between SIGTERM and SIGKILL; 0: SIGKILL at once
  int control;           // the warden's end of the socket
  int parent;            // pidfd of the parent, -1 if there is none
  int log;               // stdout and stderr of the server
  int held;              // only kept open while the server lives; may be -1
};

// The child's side of the fork, called with all signals blocked.
[[noreturn]] void RunWarden(const WardenPlan& plan);

}  // namespace walnats::connect
