#pragma once

// How walnats reports failure: absl::Status everywhere, nothing of ours throws.
//
// A Status whose cause is an answer of the NATS server carries the server's
// own JetStream error code, so that programs need not parse messages:
//
//   absl::StatusOr<walnats::Receipt> receipt = co_await client.Emit(...);
//   if (walnats::ServerCode(receipt.status()) == 10071) {
//     // somebody else wrote first: read again, decide again
//   }
//
// What the codes of Emit mean (it never returns another):
//
//   kFailedPrecondition  the emit can never succeed as it stands: not
//                        registered, payload over the limit, CR or LF in a
//                        header, client closed, stream refused it
//   kResourceExhausted   the stream or the account is full, or the window is
//                        and the emit does not wait
//   kAborted             an expected sequence was wrong
//   kUnavailable         surely not stored, e.g. no stream leader; try again
//   kUnknown             it may be stored: the answer was lost and could not
//                        be resolved within the duplicate window
//   kInternal            the message could not be encoded
//
// None of them is one of the four codes that make a message a dead one at
// once (see retry.h), so an actor whose emit failed retries.

#include <optional>

#include "absl/status/status.h"

namespace walnats {

// The JetStream error code (`err_code`, for example 10071) of the server's
// answer that caused `status`; nullopt if no server's answer did.
// Codes: github.com/nats-io/nats-server/blob/main/server/errors.json
std::optional<int> ServerCode(const absl::Status& status);

// Attaches the server's code to `status`. For transports.
void SetServerCode(absl::Status& status, int code);

}  // namespace walnats
