#pragma once

// What the messages of events are, stored beside the streams for programs that
// do not link their types (v1.EventSchema): in the bucket "walnats-schemas",
// under the name of the event's stream.

#include <string>
#include <vector>

#include "walnats/client.h"
#include "walnats/codec/declared_event.h"
#include "walnats/services.h"

namespace walnats::internal {

inline constexpr char kSchemaBucket[] = "walnats-schemas";

// What is stored of an event: a serialized v1.EventSchema, the same for the
// same declaration.
std::string StoredSchema(const DeclaredEvent& event);

// Stores what is missing and, unless `update` is off, what differs. Without
// `create` nothing is made; a bucket that must be made has as many replicas as
// the events, one with `single_server`. Any number of processes may do so at
// once. What could not be stored is a warning, in one line; empty if all is
// well.
Task<std::string> StoreSchemas(Client client, std::vector<DeclaredEvent> events,
                               RegisterOptions options, bool single_server);

}  // namespace walnats::internal
