#pragma once

#include "walnats/transport/message.h"

namespace walnats::nats {

// Whether `answer` is the server's word that nobody listens to what was asked:
// a "503" status and nothing else. Cheap for answers that have a body.
inline bool IsNoResponders(const transport::Message& answer) {
  return answer.body().empty() && answer.header("Status") == "503";
}

}  // namespace walnats::nats
