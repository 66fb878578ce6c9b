#pragma once

// Two events, and what the harness's own tests use again and again.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/services/note.h"
#include "walnats/log.h"
#include "walnats/testing/harness.h"
#include "walnats/testing/matchers.h"

namespace walnats::testing {

inline constexpr NoteEvent kOrder("shop.order");
inline constexpr NoteEvent kParcel("shop.parcel");

inline Task<absl::Status> Nothing() { co_return absl::OkStatus(); }

class HarnessFixture : public ::testing::Test {
 protected:
  HarnessFixture() {
    SetLogSink(
        [this](const LogEntry& entry) { logged_.emplace_back(entry.message); });
  }
  ~HarnessFixture() override { SetLogSink({}); }

  // An actor of kOrder.
  template <class H>
  static Actor OrderActor(H handler, ActorOptions options = {}) {
    return Actor("mailer", kOrder, std::move(handler), std::move(options));
  }
  // The service "shop", which emits both events.
  static Service Shop(std::vector<Actor> actors) {
    Service shop{.name = "shop"};
    shop.emits = {kOrder, kParcel};
    shop.actors = std::move(actors);
    return shop;
  }

  std::vector<std::string> logged_;
};

inline auto TextIs(const ::testing::Matcher<const std::string&>& text) {
  return MessageIs(::testing::Field(&Note::text, text));
}

}  // namespace walnats::testing
