#pragma once

// Between natsMsg and the house's messages.

#include "absl/status/statusor.h"
#include "walnats/nats/handles.h"
#include "walnats/transport/message.h"
#include "walnats/transport/transport.h"

namespace walnats::nats {

// The Message owns the natsMsg; nothing is copied.
transport::Message WrapMessage(MessageHandle message);

// Copies `message` with its headers. kFailedPrecondition for what a natsMsg
// cannot hold.
absl::StatusOr<MessageHandle> MakeMessage(const transport::Outgoing& message);

}  // namespace walnats::nats
