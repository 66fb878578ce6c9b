#pragma once

// What comes back from a publish that was not refused.

#include <string>
#include <variant>

#include "walnats/testing/jetstream_model/refusal.h"
#include "walnats/transport/publish.h"

namespace walnats::testing::model {

// A message of a batch that waits for its commit. One with a reply subject is
// answered with an empty body, the others not at all.
struct Staged {
  bool answered = false;
};

struct Published {
  transport::PubAck ack;
  std::string batch = {};  // of a commit: its id, and how many it stored
  int count = 0;
};

using PublishAnswer = Answer<std::variant<Published, Staged>>;

}  // namespace walnats::testing::model
