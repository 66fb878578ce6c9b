#pragma once

// The events' streams of a world at the server: tells the oracle of each that
// is made, deletes them and makes them again as a person would, and shows it in
// the end what they hold and held.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/simulation/stage.h"
#include "walnats/transport/config.h"

namespace walnats::simulation {

class Streams {
 public:
  // `stage` outlives it.
  explicit Streams(Stage& stage);

  // Whether somebody has made one that was not there; after every frame.
  void Look() {
    if (missing_ > 0) LookForMissing();
  }

  void Delete(int event);
  // With the consumers that it had, or without.
  void MakeAgain(int event, bool consumers);

  // Once all is quiet. Returns how many messages were stored.
  int CheckAll();

  // How many were there again after they had been deleted.
  int remade() const { return remade_; }

 private:
  struct Stream {
    bool missing = true;
    transport::StreamConfig config;                    // of the last one
    std::vector<transport::ConsumerConfig> consumers;  //
    std::vector<EmitBook::Stream> gone;
  };

  void LookForMissing();
  EmitBook::Stream Messages(const std::string& stream) const;

  Stage& stage_;
  std::map<int, Stream> streams_;  // by event, of those of the schedule
  int missing_ = 0;
  int remade_ = 0;
};

}  // namespace walnats::simulation
