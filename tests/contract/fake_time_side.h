#pragma once

// What the sides without a true server have in common: an io_context in the
// test's thread and a FakeClock, so that time passes only when a test lets it.

#include <boost/asio/io_context.hpp>

#include "tests/contract/side.h"
#include "walnats/testing/fake_clock.h"

namespace walnats::contract {

class FakeTimeSide : public Side {
 public:
  TimerQueue& clock() override { return clock_; }
  void Run(Task<void> task) override;
  bool Until(absl::FunctionRef<bool()> condition,
             absl::Duration limit) override;
  void Elapse(absl::Duration duration) override { clock_.Advance(duration); }

 protected:
  testing::FakeClock& fake_clock() { return clock_; }

 private:
  boost::asio::io_context io_;
  testing::FakeClock clock_{io_};
};

}  // namespace walnats::contract
