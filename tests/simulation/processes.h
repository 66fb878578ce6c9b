#pragma once

// The processes of a world, and who starts them again when they have ended: at
// most one instance of each counts.

#include <memory>
#include <string>
#include <vector>

#include "tests/simulation/instance.h"

namespace walnats::simulation {

class Processes {
 public:
  // `stage` outlives it.
  explicit Processes(Stage& stage);

  // Starts what is due, removes what has ended. Call it every tick.
  void LookAfter();
  // Looks whether any holds more than it may, or hides what it knows.
  void CheckHealth();

  // A fault of one process, or of its connection.
  void Apply(const Fault& fault);

  // All run, and no emit waits for its result.
  bool quiet() const;
  // One that runs believes that an actor is paused.
  bool paused() const;

  // Who does not know that a stream is another one by now; empty if nobody.
  std::string Unaware() const;

  // All drain, and none is started again.
  void StopAll();
  bool gone() const;

 private:
  struct Process {
    std::unique_ptr<Instance> instance;
    absl::Time start_at;
  };

  Stage& stage_;
  std::vector<Process> processes_;
  std::vector<std::unique_ptr<Instance>> killed_;
  bool stopping_ = false;
};

}  // namespace walnats::simulation
