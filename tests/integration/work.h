#pragma once

// The event that the end-to-end tests emit and their workers handle.

#include "google/protobuf/wrappers.pb.h"
#include "walnats/event.h"

namespace walnats::testing {

using Number = google::protobuf::UInt64Value;

inline constexpr Event<Number> kWork("test.work");
inline constexpr char kWorkStream[] = "test-work";
inline constexpr char kWorker[] = "worker";

}  // namespace walnats::testing
