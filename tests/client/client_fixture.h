#pragma once

// A Client on a FakeTransport and a FakeClock.

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <memory>
#include <optional>
#include <utility>

#include "tests/fakes/fake_transport.h"
#include "tests/fakes/text_event.h"
#include "walnats/client.h"
#include "walnats/client/client_core.h"
#include "walnats/runtime/spawn.h"
#include "walnats/testing/fake_clock.h"

namespace walnats::testing {

class ClientFixture : public ::testing::Test {
 protected:
  using Result = absl::StatusOr<Receipt>;
  // What an emit has returned; nullopt while it waits.
  using Outcome = std::shared_ptr<std::optional<Result>>;

  ClientFixture() {
    for (std::string_view event :
         {kParcelSent.name(), kMailSent.name(), kPinged.name()}) {
      core_->Allow(event);
    }
  }

  ~ClientFixture() override {
    InLoop([&] {
      core_->Close();
      while (transport_.unanswered() > 0) {
        transport_.Answer(absl::UnavailableError("the test is over"));
      }
    });
  }

  void Open() {
    InLoop([&] { core_->Open(transport_); });
  }

  // Awaits `emit` on the connection's thread until it waits for something.
  Outcome Begin(Task<Result> emit) {
    auto outcome = std::make_shared<std::optional<Result>>();
    auto run = [](Task<Result> task, Outcome out) -> Task<absl::Status> {
      out->emplace(co_await std::move(task));
      co_return absl::OkStatus();
    };
    InLoop([&] {
      Spawn(io_->get_executor(), run(std::move(emit), outcome),
            [](const absl::Status&) {});
    });
    return outcome;
  }

  // Of an emit that does not wait for an answer.
  absl::Status StatusOf(Task<Result> emit) {
    const Outcome outcome = Begin(std::move(emit));
    if (!outcome->has_value()) return absl::CancelledError("it waits");
    return (*outcome)->status();
  }

  template <class Act>
  void InLoop(Act act) {
    boost::asio::post(*io_, act);
    clock_->Poll();
  }

  // Answers the oldest publish.
  void Answer(absl::StatusOr<transport::PubAck> ack) {
    InLoop([&] { transport_.Answer(std::move(ack)); });
  }

  const std::shared_ptr<boost::asio::io_context> io_ =
      std::make_shared<boost::asio::io_context>(1);
  const std::shared_ptr<FakeClock> clock_ = std::make_shared<FakeClock>(*io_);
  const std::shared_ptr<internal::ClientCore> core_ =
      std::make_shared<internal::ClientCore>(io_, clock_);
  FakeTransport transport_;
  const Client client_{core_};
};

}  // namespace walnats::testing
