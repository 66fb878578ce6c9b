// What was redriven of a stream that was deleted and made again since: its
// numbers mean nothing among those of the new one.

#include "tests/actor/stage.h"
#include "walnats/base/strings.h"
#include "walnats/transport/owned_message.h"

namespace walnats {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::kParcelSent;
using testing::QuickRetries;
using testing::Stage;

class FakeSource final : public internal::Source {
 public:
  // A redrive of message 7 of key "k".
  void Give(internal::ActorRunner& runner, absl::Time stream_created,
            std::string_view body) {
    const internal::OriginHeaders origin({.subject = "parcel.sent",
                                          .stream = "parcel-sent",
                                          .sequence = 7,
                                          .time = stream_created,
                                          .stream_created = stream_created,
                                          .generation = 1,
                                          .letter = ++given_});
    transport::DeliveryInfo info;
    info.stream = "walnats-redrive";
    info.stream_sequence = given_;
    info.delivered = 1;
    runner.Take(
        transport::Delivery(transport::OwnedMessage(
                                "walnats-redrive.post.mailer.parcel-sent.1",
                                Cat("reply.", given_), origin.headers(), body),
                            info),
        *this);
  }

  void Finish(transport::Delivery delivery, JobVerdict verdict,
              absl::Time) override {
    finished.push_back(Cat(delivery.message().body(), " ",
                           verdict == JobVerdict::kDead ? "dead" : "handled"));
  }
  void PutOff(transport::Delivery delivery) override {
    put_off.emplace_back(delivery.message().body());
  }
  void OnReleased() override {}

  std::vector<std::string> finished, put_off;

 private:
  uint64_t given_ = 0;
};

// Message 7 of the new stream is parked.
class FakeParking final : public internal::Parking {
 public:
  internal::ParkedVerdict Judge(std::string_view, uint64_t sequence,
                                int generation) const override {
    return list_.Judge(sequence, generation);
  }
  Task<absl::Status> Park(std::string, uint64_t sequence, int) override {
    changes.push_back(Cat("park ", sequence));
    co_return absl::OkStatus();
  }
  Task<absl::Status> Free(std::string, uint64_t sequence) override {
    changes.push_back(Cat("free ", sequence));
    co_return absl::OkStatus();
  }
  std::vector<std::string> changes;

 private:
  const internal::ParkedList list_{{{7, 0}}};
};

constexpr absl::Time kNow = absl::UnixEpoch();  // of a Stage's runners
const absl::Time kBefore = kNow - absl::Hours(1);

ActorOptions Keyed() {
  ActorOptions options = QuickRetries();
  options.order = Order::kPerKey;
  options.key = [](const std::string&) { return std::string_view("k"); };
  return options;
}

// Notes what it gets; "bad" dies, "slow" fails once.
Actor Noting(std::vector<std::string>& seen, ActorOptions options = Keyed()) {
  return Actor(
      "mailer", kParcelSent,
      [&seen](const std::string& text, const Context& context) {
        seen.push_back(Cat(text, "#", context.attempt()));
        if (text == "bad") return absl::InvalidArgumentError("bad");
        if (text == "slow" && context.attempt() == 1) {
          return absl::UnavailableError("slow");
        }
        return absl::OkStatus();
      },
      std::move(options));
}

TEST(EarlierStreamTest, NumbersOfTwoStreamsDoNotMeet) {
  Stage stage;
  std::vector<std::string> seen;
  FakeSource source;
  stage.Run(Noting(seen));
  stage.InLoop([&] {
    source.Give(stage.runner(), kNow, "slow");
    source.Give(stage.runner(), kBefore, "old");
  });
  stage.clock().Advance(absl::Minutes(1));
  EXPECT_THAT(seen, ElementsAre("old#1", "slow#1", "slow#2"));
  EXPECT_THAT(source.finished, ElementsAre("old handled", "slow handled"));
}

TEST(EarlierStreamTest, AttemptsAreNotThoseOfAnother) {
  Stage stage;
  std::vector<std::string> seen;
  FakeSource source;
  stage.Run(Noting(seen));
  stage.InLoop([&] { source.Give(stage.runner(), kNow, "slow"); });
  stage.InLoop([&] { source.Give(stage.runner(), kBefore, "old"); });
  stage.clock().Advance(absl::Minutes(1));
  EXPECT_THAT(seen, ElementsAre("slow#1", "old#1", "slow#2"));
}

TEST(EarlierStreamTest, ParkedKeysAreOfOneStream) {
  Stage stage;
  std::vector<std::string> seen;
  FakeSource source;
  FakeParking parking;
  ActorOptions options = Keyed();
  options.dead = Dead::kPark;
  stage.Run(Noting(seen, options)).SetParking(parking);
  stage.InLoop([&] { source.Give(stage.runner(), kBefore, "old"); });
  stage.InLoop([&] { source.Give(stage.runner(), kBefore, "bad"); });
  EXPECT_THAT(seen, ElementsAre("old#1", "bad#1"));
  EXPECT_THAT(source.finished, ElementsAre("old handled", "bad dead"));
  EXPECT_THAT(parking.changes, IsEmpty());
  stage.InLoop([&] { source.Give(stage.runner(), kNow, "new"); });
  EXPECT_THAT(parking.changes, ElementsAre("free 7"));
}

TEST(EarlierStreamTest, WhatWaitsForOneThatHasGivenUpGoesToOthers) {
  for (const bool keyed : {false, true}) {
    Stage stage;
    std::vector<std::string> seen;
    FakeSource source;
    stage.Run(Noting(seen, keyed ? Keyed() : QuickRetries()));
    stage.InLoop([&] {
      stage.runner().Close(internal::Gate::kUnverified);
      source.Give(stage.runner(), kBefore, "old");
    });
    EXPECT_THAT(source.put_off, IsEmpty());
    stage.InLoop([&] { stage.runner().GiveUp("it is another one"); });
    EXPECT_THAT(source.put_off, ElementsAre("old"));
    EXPECT_THAT(seen, IsEmpty());
    EXPECT_TRUE(stage.runner().idle());
  }
}

// It failed while its stream was replaced, and would wait here for ever.
TEST(EarlierStreamTest, WhatIsTriedAgainGoesToOthersToo) {
  Stage stage;
  std::vector<std::string> seen;
  FakeSource source;
  stage.Run(Actor(
      "mailer", kParcelSent,
      [](const std::string&, const Context& context) -> Task<absl::Status> {
        co_await context.clock().Sleep(absl::Seconds(5));
        co_return absl::UnavailableError("busy");
      },
      Keyed()));
  stage.InLoop([&] { source.Give(stage.runner(), kNow, "new"); });
  stage.InLoop([&] { stage.runner().GiveUp("it is another one"); });
  stage.clock().Advance(absl::Minutes(1));
  EXPECT_THAT(stage.settled(), ElementsAre("nak 1 1s"));
  EXPECT_TRUE(stage.runner().idle());
}

}  // namespace
}  // namespace walnats
