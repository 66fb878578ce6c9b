#pragma once

// Shows the trace and the oracle every frame, and the dead letters that stand
// in the server's stream. Ends the program, naming the seed, if the world does
// not get on.

#include <cstdint>

#include "absl/time/time.h"
#include "tests/simulation/letters.h"
#include "tests/simulation/stage.h"
#include "tests/simulation/streams.h"
#include "walnats/transport/message.h"
#include "walnats/transport/publish.h"

namespace walnats::simulation {

class Listener {
 public:
  // Both outlive it.
  Listener(Stage& stage, Streams& streams) : stage_(stage), streams_(streams) {}

  void OnSent(uint64_t client, const transport::Outgoing& frame);
  void OnHanded(uint64_t client, const transport::Message& frame);

  // What the frames have not shown.
  void ReadLetters();

 private:
  void CheckProgress();

  Stage& stage_;
  Streams& streams_;
  Letters letters_;
  absl::Time last_frame_;
  int frames_ = 0;  // of clients, at that time
};

}  // namespace walnats::simulation
