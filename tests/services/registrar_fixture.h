#pragma once

// A Registrar before a fake server, in fake time.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tests/services/fake_server.h"
#include "tests/services/note.h"
#include "walnats/deadletter/streams.h"
#include "walnats/log.h"
#include "walnats/runtime/spawn.h"
#include "walnats/services/register_plan.h"
#include "walnats/services/registrar.h"
#include "walnats/status.h"
#include "walnats/testing/fake_clock.h"

namespace walnats::internal {

inline constexpr NoteEvent kLimitedOrder("shop.order",
                                         {.limits = {.messages = 10}});

class RegistrarFixture : public ::testing::Test {
 protected:
  RegistrarFixture() {
    SetLogLevel(LogLevel::kOff);
    Service shop{.name = "shop"};
    shop.actors.emplace_back("mailer", kLimitedOrder, [](const Note&) {});
    services_.push_back(std::move(shop));
  }
  ~RegistrarFixture() override { SetLogLevel(LogLevel::kWarning); }

  // Registers `services_`, for as long as that takes in fake time.
  absl::Status Register(const RegisterOptions& options = {},
                        bool single_server = false) {
    registrar_.emplace(server_, clock_, options, single_server);
    std::optional<absl::Status> result;
    const absl::Time start = clock_.Now();
    Spawn(clock_.executor(), registrar_->Register(services_),
          [&](absl::Status status) {
            result = std::move(status);
            taken_ = clock_.Now() - start;
          });
    clock_.Advance(absl::Minutes(10));
    return result.value_or(absl::InternalError("still registering"));
  }

  // Registers the stream of dead letters.
  absl::Status RegisterOwn(const DeadLimits& limits,
                           const RegisterOptions& options = {}) {
    registrar_.emplace(server_, clock_, options, false);
    std::optional<absl::Status> result;
    const transport::StreamConfig config = DeadStreamConfig(limits);
    Spawn(clock_.executor(), registrar_->RegisterOwnStream(config),
          [&](absl::Status status) { result = std::move(status); });
    clock_.Advance(absl::Minutes(10));
    return result.value_or(absl::InternalError("still registering"));
  }

  // What we would have created.
  transport::StreamConfig Stream() const {
    return *StreamConfigOf(kLimitedOrder, server_.info.features, false);
  }
  transport::ConsumerConfig Consumer() const {
    return ConsumerConfigOf(services_[0].actors[0], "shop",
                            server_.info.features);
  }
  // Both are there already, as declared.
  void PutBoth() {
    server_.PutStream(Stream());
    server_.PutConsumer("shop-order", Consumer());
  }

  boost::asio::io_context io_;
  testing::FakeClock clock_{io_};
  testing::FakeServer server_{clock_};
  std::vector<Service> services_;
  std::optional<Registrar> registrar_;
  absl::Duration taken_;
};

}  // namespace walnats::internal
