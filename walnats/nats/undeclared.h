#pragma once

// Functions that libnats exports (3.4.1 to 3.13.0) and declares in its own
// sources only. All are weak: without them the house works less well.
//
// Without the filter, a synchronous subscription destroys the server's "503"
// (no responders) and tells only that there was one, not to which request.

#include <nats/nats.h>

extern "C" {

// Sees every message before it is queued, on the thread that reads; takes the
// message by setting it to null.
using NatsMessageFilter = void (*)(natsConnection* connection,
                                   natsMsg** message, void* closure);
[[gnu::weak]] void natsConn_setFilterWithClosure(natsConnection* connection,
                                                 NatsMessageFilter filter,
                                                 void* closure);

// The only way to the server's version.
[[gnu::weak]] bool natsConn_srvVersionAtLeast(natsConnection* connection,
                                              int major, int minor, int patch);

// Writes an UNSUB, but the subscription stays: natsSubscription_Unsubscribe
// drops what the server had sent before it got the UNSUB. Needs the lock.
[[gnu::weak]] natsStatus natsConn_enqueueUnsubProto(natsConnection* connection,
                                                    int64_t subscription_id);
[[gnu::weak]] void natsConn_lockAndRetain(natsConnection* connection);
[[gnu::weak]] void natsConn_unlockAndRelease(natsConnection* connection);

// What natsMsg_Destroy ends in: it hands every received message to a thread of
// nats.c's, and wakes that up for each. Half of the time that a message costs.
[[gnu::weak]] void natsMsg_free(void* message);
}
