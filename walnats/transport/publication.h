#pragma once

// A publish that a coroutine awaits.

#include "absl/status/statusor.h"
#include "walnats/task.h"
#include "walnats/transport/transport.h"

namespace walnats::transport {

// What the views refer to stays until the Task has ended.
Task<absl::StatusOr<PubAck>> PublishAndWait(Transport& transport,
                                            Outgoing message, Expect expect,
                                            PublishOptions options = {});

}  // namespace walnats::transport
