#pragma once

// A Pull that is up, and a clock.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "walnats/nats/pull.h"

namespace walnats::nats {

inline constexpr absl::Duration kHeartbeat = absl::Seconds(15);
inline constexpr absl::Duration kExpires = absl::Seconds(30);

class PullTest : public testing::Test {
 protected:
  PullTest() { pull_.OnUp(now_); }

  // A fresh one, for the next row of a table.
  void StartOver() {
    pull_ = Pull({.heartbeat = kHeartbeat, .expires = kExpires});
    pull_.OnUp(now_);
  }
  void Pass(absl::Duration time) { now_ += time; }
  // The batches asked for now.
  std::vector<int> Ask() {
    std::vector<int> batches;
    while (auto request = pull_.NextRequest(now_)) {
      last_id_ = request->id;
      batches.push_back(request->batch);
    }
    return batches;
  }
  uint64_t AskOnce(int want) {
    pull_.Want(want);
    EXPECT_EQ(Ask().size(), 1u);
    return last_id_;
  }
  void Deliver(int count) {
    for (int i = 0; i < count; ++i) {
      EXPECT_EQ(pull_.OnDelivery(now_), std::nullopt);
    }
  }
  std::optional<transport::FlowEvent> Status(uint64_t id, int code,
                                             std::string_view description = "",
                                             std::optional<int64_t> left = {}) {
    return pull_.OnStatus(id, {code, description, left}, now_);
  }
  // Waits until the deadline and serves it.
  std::optional<transport::FlowEvent> Wait() {
    EXPECT_NE(pull_.deadline(), absl::InfiniteFuture());
    now_ = std::max(now_, pull_.deadline());
    return pull_.OnTime(now_);
  }

  absl::Time now_ = absl::FromUnixSeconds(1'000'000);
  uint64_t last_id_ = 0;
  Pull pull_{{.heartbeat = kHeartbeat, .expires = kExpires}};
};

}  // namespace walnats::nats
