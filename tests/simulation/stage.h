#pragma once

// What the instances of a world share.

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/fakes/frame_server.h"
#include "tests/simulation/oracle.h"
#include "tests/simulation/random.h"
#include "tests/simulation/schedule.h"
#include "tests/simulation/trace.h"
#include "walnats/testing/fake_clock.h"

namespace walnats::simulation {

// An EmitterPlan on its way. It survives its processes, as a feed would that
// remembers its place.
struct Emitter {
  const EmitterPlan& plan;
  Random random;
  int left = 0;
};

struct Stage {
  const Schedule& schedule;
  boost::asio::io_context& io;
  testing::FakeClock& clock;
  nats::FrameServer& server;
  Oracle& oracle;
  Trace& trace;
  std::vector<Emitter>& emitters;

  const absl::Time begin = clock.Now();
  uint64_t instances = 0;  // so far
  uint64_t clients = 0;    // of the server, so far
  uint64_t numbers = 0;    // of messages, so far

  template <class... Parts>
  void Note(const Parts&... parts) {
    trace.Add(clock.Now() - begin, parts...);
  }
};

}  // namespace walnats::simulation
