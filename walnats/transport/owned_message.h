#pragma once

// Messages in memory of their own, for what has no library's message to view:
// in-memory transports, copies that outlive their original.

#include <span>
#include <string_view>

#include "walnats/transport/delivery.h"
#include "walnats/transport/message.h"

namespace walnats::transport {

// Copies everything.
Message OwnedMessage(std::string_view subject, std::string_view reply,
                     std::span<const Header> headers, std::string_view body);

// A whole copy, for settling a delivery that a running handler still reads.
// The original must then not be settled itself.
Delivery CopyOf(const Delivery& delivery);

}  // namespace walnats::transport
