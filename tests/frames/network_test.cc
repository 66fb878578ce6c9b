#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/fakes/frame_network.h"
#include "walnats/testing/fake_clock.h"

namespace walnats::nats {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// What arrives, and after how long, e.g. "a@2ms".
struct Arrivals final : FrameLink::Receiver {
  void OnFrames(std::vector<Frame> frames) override {
    ++turns;
    for (const Frame& frame : frames) {
      names.push_back(frame.text->subject);
      times.push_back(clock->Now());
    }
    if (on_frames) on_frames();
  }

  TimerQueue* clock = nullptr;
  int turns = 0;
  std::vector<std::string> names;
  std::vector<absl::Time> times;
  std::function<void()> on_frames;
};

class FrameLinkTest : public ::testing::Test {
 protected:
  FrameLinkTest() { arrivals_.clock = &clock_; }

  void Send(const std::string& name, Frame::Kind kind = Frame::Kind::kMessage) {
    auto text = std::make_shared<FrameText>();
    text->subject = name;
    link_->Send({.kind = kind, .text = std::move(text)});
  }
  void SendMany(int count) {
    for (int i = 0; i < count; ++i) Send(std::to_string(i));
  }

  boost::asio::io_context io_;
  testing::FakeClock clock_{io_};
  FrameDice dice_{7};
  Network network_;
  Arrivals arrivals_;
  std::unique_ptr<FrameLink> link_ =
      std::make_unique<FrameLink>(clock_, dice_, network_, arrivals_);
};

TEST_F(FrameLinkTest, DeliversInALaterTurnOfTheSameTime) {
  Send("a");
  Send("b");
  EXPECT_THAT(arrivals_.names, IsEmpty());
  clock_.Poll();
  EXPECT_THAT(arrivals_.names, ElementsAre("a", "b"));
  EXPECT_EQ(arrivals_.turns, 1);
}

TEST_F(FrameLinkTest, WhatIsSentInsideATurnComesWithAnother) {
  arrivals_.on_frames = [this] {
    if (arrivals_.turns < 3) Send("again");
  };
  Send("a");
  clock_.Poll();
  EXPECT_THAT(arrivals_.names, ElementsAre("a", "again", "again"));
  EXPECT_EQ(arrivals_.turns, 3);
}

TEST_F(FrameLinkTest, DelaysWithinItsBoundsAndKeepsTheOrder) {
  network_ = {.min_delay = absl::Milliseconds(2),
              .max_delay = absl::Milliseconds(9)};
  const absl::Time start = clock_.Now();
  SendMany(50);
  clock_.Advance(absl::Milliseconds(1));
  EXPECT_THAT(arrivals_.names, IsEmpty());
  clock_.Advance(absl::Milliseconds(8));
  ASSERT_EQ(arrivals_.names.size(), 50U);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(arrivals_.names[i], std::to_string(i));
  EXPECT_GE(arrivals_.times.front(), start + absl::Milliseconds(2));
  EXPECT_LT(arrivals_.times.front(), arrivals_.times.back());
}

TEST_F(FrameLinkTest, DropsAndDoublesAboutAsOftenAsItIsTold) {
  network_ = {.drop = 0.25, .duplicate = 0.5};
  SendMany(1000);
  clock_.Poll();
  std::map<std::string, int> copies;
  for (const std::string& name : arrivals_.names) ++copies[name];
  int twice = 0;
  for (const auto& [name, count] : copies) twice += count == 2 ? 1 : 0;
  EXPECT_NEAR(static_cast<double>(copies.size()), 750, 60);
  EXPECT_NEAR(twice, 375, 60);
}

TEST_F(FrameLinkTest, LetsMessagesOvertakeButNotInterest) {
  network_.reorder = 1;
  Send("m1");
  Send("sub", Frame::Kind::kSubscribe);
  Send("m2");
  Send("m3");
  clock_.Poll();
  EXPECT_THAT(arrivals_.names, ElementsAre("m1", "sub", "m3", "m2"));
}

TEST_F(FrameLinkTest, NeverLosesNorDoublesInterest) {
  network_ = {.drop = 1, .duplicate = 1};
  Send("message");
  Send("sub", Frame::Kind::kSubscribe);
  Send("unsub", Frame::Kind::kUnsubscribe);
  clock_.Poll();
  EXPECT_THAT(arrivals_.names, ElementsAre("sub", "unsub"));
}

TEST_F(FrameLinkTest, HoldsEverythingUntilTheTimeIsOver) {
  Send("before");
  link_->Hold(clock_.Now() + absl::Seconds(1));
  Send("after");
  clock_.Advance(absl::Milliseconds(999));
  EXPECT_THAT(arrivals_.names, IsEmpty());
  clock_.Advance(absl::Milliseconds(1));
  EXPECT_THAT(arrivals_.names, ElementsAre("before", "after"));
}

TEST_F(FrameLinkTest, LosesEverythingOnceCut) {
  Send("before");
  link_->Cut();
  Send("after");
  clock_.Advance(absl::Seconds(1));
  EXPECT_THAT(arrivals_.names, IsEmpty());
}

TEST_F(FrameLinkTest, MayDieInsideItsOwnTurn) {
  arrivals_.on_frames = [this] { link_.reset(); };
  Send("a");
  clock_.Poll();
  EXPECT_THAT(arrivals_.names, ElementsAre("a"));
}

TEST_F(FrameLinkTest, WhatIsOnItsWayDiesWithIt) {
  Send("a");
  link_.reset();
  clock_.Poll();
  EXPECT_THAT(arrivals_.names, IsEmpty());
}

// The numbers themselves: a failing seed must fail elsewhere too.
TEST(FrameDiceTest, ThrowsTheSameOnEveryMachine) {
  FrameDice dice(42);
  EXPECT_EQ(dice.Between(absl::ZeroDuration(), absl::Seconds(1)),
            absl::Nanoseconds(327'959'568));
  EXPECT_EQ(dice.Below(100), 24U);
  EXPECT_FALSE(dice.Chance(0.5));
}

TEST(FrameDiceTest, AsksNothingWhereNothingIsOpen) {
  FrameDice one(1);
  FrameDice other(1);
  EXPECT_FALSE(one.Chance(0));
  EXPECT_EQ(one.Between(absl::Seconds(1), absl::Seconds(1)), absl::Seconds(1));
  EXPECT_EQ(one.Below(1'000'000), other.Below(1'000'000));
}

}  // namespace
}  // namespace walnats::nats
