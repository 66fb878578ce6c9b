#pragma once

// A stream's answer to a message that wants one.

#include <string>

#include "walnats/testing/memory/broker.h"

namespace walnats::testing {

// `{"stream":"S", "seq":1}`, as the server writes it; empty for what waits for
// the rest of its batch.
std::string PubAckJson(const StreamAnswer& answer);

}  // namespace walnats::testing
