#pragma once

// How each kind of side is made; tests say MakeSide.

#include <memory>
#include <string_view>

#include "tests/contract/side.h"
#include "walnats/testing/jetstream_model/version.h"

namespace walnats::contract {

std::unique_ptr<Side> MakeMemorySide(testing::model::Version version);
std::unique_ptr<Side> MakeFramesSide(testing::model::Version version);
// `binary`: the path of a nats-server.
std::unique_ptr<Side> MakeRealSide(std::string_view binary);

}  // namespace walnats::contract
