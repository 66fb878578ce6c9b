#pragma once

// Notices that a consumer counts anew: it was made again, perhaps with a new
// stream below it, and what it delivers may be another message than its number
// says.

#include <algorithm>
#include <cstdint>

#include "walnats/transport/delivery.h"

namespace walnats::internal {

class DeliveryOrder {
 public:
  // Whether `info` goes back behind what came before. Said once: the numbers
  // that follow are compared with these.
  bool GoesBack(const transport::DeliveryInfo& info) {
    const bool first = info.delivered <= 1;
    const bool back = info.consumer_sequence <= consumer_ ||
                      (first && info.stream_sequence <= stream_);
    consumer_ = info.consumer_sequence;
    if (first) stream_ = info.stream_sequence;
    highest_ = std::max(highest_, info.stream_sequence);
    return back && known_numbers(info);
  }

  // The consumer was made again, and that is known.
  void Restart() { consumer_ = stream_ = 0; }

  // In the stream, of what has come.
  uint64_t highest() const { return highest_; }

 private:
  // In-memory transports of tests may not count.
  static bool known_numbers(const transport::DeliveryInfo& info) {
    return info.consumer_sequence != 0;
  }

  uint64_t consumer_ = 0;  // of the last delivery
  uint64_t stream_ = 0;    // of the last first delivery
  uint64_t highest_ = 0;
};

}  // namespace walnats::internal
