#pragma once

// What people do in a world, each in a share of the worlds and drawn apart from
// everything else, so that other draws stay as they are.

#include "tests/simulation/schedule.h"

namespace walnats::simulation {

// Once it is known until when something breaks.
void AddActs(Schedule& schedule);

}  // namespace walnats::simulation
