#pragma once

// A Lifecycle of one service, in fake time, before a fake server: the event
// "shop.order", its coroutine actor "mailer", the producer "feed".

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <functional>
#include <optional>
#include <vector>

#include "tests/services/fake_server.h"
#include "tests/services/note.h"
#include "walnats/services/lifecycle.h"
#include "walnats/testing/fake_clock.h"

namespace walnats::internal {

inline constexpr NoteEvent kOrder("shop.order");

class LifecycleFixture : public ::testing::Test {
 protected:
  LifecycleFixture();
  ~LifecycleFixture() override;

  // Made when first used, of what the test has set until then.
  Lifecycle& lifecycle();
  // Runs it, as far as it comes without waiting for a time.
  void Run();
  testing::FakeServer& server() { return *connector_.server; }
  Health health() { return lifecycle().Health(); }
  // An actor whose handler is `handle_`.
  Actor Mailer(ActorOptions options);
  // Delivers messages of these sequences, then says that no more are at hand.
  void Deliver(std::initializer_list<uint64_t> sequences);

  boost::asio::io_context other_;  // a thread for handlers, if it is given
  boost::asio::io_context io_;
  testing::FakeClock clock_{io_};
  testing::FakeConnector connector_;
  ServicesOptions options_;
  std::vector<Service> services_;
  // Of the actor; handlers work 5 s without it.
  std::function<Task<absl::Status>(const Context&)> handle_;
  // Of the producer, which sleeps for an hour.
  int producer_runs_ = 0;
  int ready_ = 0;  // calls of on_ready
  std::function<void()> on_ready_;
  std::optional<absl::Status> result_;

 private:
  std::shared_ptr<ClientCore> client_;
  std::optional<Lifecycle> lifecycle_;
};

}  // namespace walnats::internal
