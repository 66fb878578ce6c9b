// Keys that wait behind a dead message: the list of one key, and what a runner
// makes of it.

#include "walnats/actor/parking.h"

#include <map>

#include "tests/actor/stage.h"
#include "walnats/base/strings.h"
#include "walnats/transport/owned_message.h"

namespace walnats {
namespace {

using internal::ParkedList;
using internal::ParkedPlace;
using internal::ParkedVerdict;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::kParcelSent;
using testing::QuickRetries;
using testing::Stage;

TEST(ParkedListTest, TellsWhatIsInTheWay) {
  const ParkedList free;
  const ParkedList list({{9, 0}, {5, 1}});  // sorted by itself
  struct Case {
    const ParkedList& list;
    uint64_t sequence;
    int generation;
    ParkedPlace place;
    uint64_t behind;
  };
  for (const Case& c : {
           Case{free, 5, 0, ParkedPlace::kRuns, 0},
           Case{list, 4, 0, ParkedPlace::kRuns, 0},    // came again
           Case{list, 4, 1, ParkedPlace::kRuns, 0},    // died before it parked
           Case{list, 5, 0, ParkedPlace::kDead, 0},    // not terminated yet
           Case{list, 5, 1, ParkedPlace::kDead, 0},    //
           Case{list, 5, 2, ParkedPlace::kRuns, 0},    // its redrive
           Case{list, 7, 0, ParkedPlace::kBehind, 5},  //
           Case{list, 9, 0, ParkedPlace::kDead, 5},    //
           Case{list, 9, 1, ParkedPlace::kBehind, 5},  // redriven too early
           Case{list, 10, 0, ParkedPlace::kBehind, 5},
       }) {
    const ParkedVerdict verdict = c.list.Judge(c.sequence, c.generation);
    EXPECT_EQ(verdict.place, c.place) << c.sequence << "." << c.generation;
    EXPECT_EQ(verdict.behind, c.behind) << c.sequence << "." << c.generation;
  }
}

TEST(ParkedListTest, KeepsTheOrderOfTheStream) {
  ParkedList list;
  EXPECT_TRUE(list.Park(7, 0));
  EXPECT_TRUE(list.Park(5, 0));
  EXPECT_FALSE(list.Park(7, 0));  // again
  EXPECT_TRUE(list.Park(5, 1));   // died again
  EXPECT_FALSE(list.Park(5, 0));
  EXPECT_THAT(list.messages(), ElementsAre(ParkedList::Message{5, 1},
                                           ParkedList::Message{7, 0}));
  EXPECT_TRUE(list.Free(5));
  EXPECT_FALSE(list.Free(5));
  EXPECT_EQ(list.Judge(7, 1).place, ParkedPlace::kRuns);
}

TEST(KeyHashTest, IsWhatItWasForEver) {
  // FNV-1a's own test vectors for 128 bits.
  EXPECT_EQ(internal::KeyHash(""), "6c62272e07bb014262b821756295c58d");
  EXPECT_EQ(internal::KeyHash("a"), "d228cb696f1a8caf78912b704e4a8964");
}

class FakeParking final : public internal::Parking {
 public:
  ParkedVerdict Judge(std::string_view key, uint64_t sequence,
                      int generation) const override {
    const auto found = lists.find(std::string(key));
    if (found == lists.end()) return {};
    return found->second.Judge(sequence, generation);
  }
  Task<absl::Status> Park(std::string key, uint64_t sequence,
                          int generation) override {
    if (answer.ok()) lists[key].Park(sequence, generation);
    co_return answer;
  }
  Task<absl::Status> Free(std::string key, uint64_t sequence) override {
    ++frees;
    if (answer.ok()) lists[key].Free(sequence);
    co_return answer;
  }

  absl::Status answer;
  int frees = 0;  // calls of Free
  std::map<std::string, ParkedList> lists;
};

// Keeps what is done with.
class FakeSource final : public internal::Source {
 public:
  void Finish(transport::Delivery delivery, JobVerdict verdict,
              absl::Time) override {
    finished.push_back(
        Cat(verdict == JobVerdict::kHandled ? "handled " : "dead ",
                      delivery.info().stream_sequence));
  }
  void PutOff(transport::Delivery delivery) override {
    finished.push_back(Cat("put off ", delivery.info().stream_sequence));
  }
  void OnReleased() override { ++released; }

  std::vector<std::string> finished;
  int released = 0;
};

class ParkingTest : public ::testing::Test {
 protected:
  // Messages "<key>:bad" are dead at once.
  ParkingTest() {
    ActorOptions options = QuickRetries();
    options.order = Order::kPerKey;
    options.dead = Dead::kPark;
    options.key = [](const std::string& text) {
      return std::string_view(text).substr(0, text.find(':'));
    };
    auto handle = [this](const std::string& text, const Context& context) {
      handled_.push_back(context.sequence());
      return text.ends_with(":bad") ? absl::InvalidArgumentError("bad")
                                    : absl::OkStatus();
    };
    stage_.Run(Actor("carrier", kParcelSent, handle, options))
        .SetParking(parking_);
  }

  // Message `sequence`, which had died, once more: `attempt` 1 at first.
  void Redrive(const std::string& body, uint64_t sequence,
               uint64_t attempt = 1) {
    const internal::OriginHeaders origin({.subject = "parcel.sent",
                                          .stream = "parcel-sent",
                                          .sequence = sequence,
                                          .time = absl::UnixEpoch(),
                                          .stream_created = absl::UnixEpoch(),
                                          .generation = 1,
                                          .letter = 3});
    transport::DeliveryInfo info;
    info.stream_sequence = 70;
    info.delivered = attempt;
    stage_.InLoop([&] {
      stage_.runner().Take(
          transport::Delivery(
              transport::OwnedMessage("walnats-redrive.post.carrier",
                                      "$JS.ACK.70", origin.headers(), body),
              info),
          source_);
    });
  }

  FakeParking parking_;
  FakeSource source_;
  Stage stage_;
  std::vector<uint64_t> handled_;
};

TEST_F(ParkingTest, LaterMessagesOfTheKeyAreHeldBack) {
  stage_.DeliverAll({{.body = "a:bad", .sequence = 1},
                     {.body = "a", .sequence = 2},
                     {.body = "b", .sequence = 3},
                     {.body = "a", .sequence = 4}});
  EXPECT_THAT(handled_, ElementsAre(1, 3));
  EXPECT_THAT(stage_.settled(),
              ElementsAre("term 1 bad", "term 2 held back behind message 1",
                          "ack 3", "term 4 held back behind message 1"));
  ASSERT_EQ(stage_.dead.letters.size(), 3u);
  EXPECT_EQ(stage_.dead.letters[0].key(), "a");
  EXPECT_EQ(stage_.dead.letters[0].parked_behind(), 0u);
  EXPECT_EQ(stage_.dead.letters[2].sequence(), 4u);
  EXPECT_EQ(stage_.dead.letters[2].key(), "a");
  EXPECT_EQ(stage_.dead.letters[2].parked_behind(), 1u);
  EXPECT_THAT(parking_.lists["a"].messages(),
              ElementsAre(ParkedList::Message{1, 0}, ParkedList::Message{2, 0},
                          ParkedList::Message{4, 0}));
}

TEST_F(ParkingTest, WhatIsRecordedButNotTerminatedIsNotHandledAgain) {
  parking_.lists["a"] = ParkedList({{1, 0}, {2, 0}});
  stage_.DeliverAll({{.body = "a", .sequence = 1, .delivered = 2},
                     {.body = "a", .sequence = 2, .delivered = 2}});
  EXPECT_THAT(handled_, IsEmpty());
  ASSERT_EQ(stage_.dead.letters.size(), 2u);
  EXPECT_EQ(stage_.dead.letters[0].parked_behind(), 0u);
  EXPECT_EQ(stage_.dead.letters[1].parked_behind(), 1u);
}

TEST_F(ParkingTest, AnEarlierMessageThatComesAgainRuns) {
  parking_.lists["a"] = ParkedList({{5, 0}});
  stage_.Deliver({.body = "a", .sequence = 4, .delivered = 2});
  EXPECT_THAT(stage_.settled(), ElementsAre("ack 4"));
}

TEST_F(ParkingTest, NothingIsTerminatedBeforeItIsRecorded) {
  parking_.answer = absl::UnavailableError("no bucket");
  stage_.DeliverAll(
      {{.body = "a:bad", .sequence = 1}, {.body = "a", .sequence = 2}});
  EXPECT_THAT(stage_.settled(), IsEmpty());
  EXPECT_THAT(stage_.dead.letters, IsEmpty());
  EXPECT_EQ(stage_.health().problem, "no bucket");
  parking_.answer = absl::OkStatus();
  stage_.clock().Advance(absl::Seconds(1));
  EXPECT_THAT(handled_, ElementsAre(1));
  EXPECT_THAT(stage_.settled(),
              ElementsAre("term 1 bad", "term 2 held back behind message 1"));
}

TEST_F(ParkingTest, OneOverItsAttemptsParksItsKeyInItsTurn) {
  stage_.DeliverAll({{.body = "a", .sequence = 1, .delivered = 4},
                     {.body = "a", .sequence = 2}});
  EXPECT_THAT(handled_, IsEmpty());
  EXPECT_EQ(stage_.dead.letters.size(), 2u);
  EXPECT_EQ(stage_.dead.letters[1].parked_behind(), 1u);
}

TEST_F(ParkingTest, ARedriveThatIsHandledFreesItsKey) {
  parking_.lists["a"] = ParkedList({{1, 0}});
  Redrive("a", 1);
  EXPECT_THAT(source_.finished, ElementsAre("handled 70"));
  EXPECT_THAT(parking_.lists["a"].messages(), IsEmpty());
  EXPECT_EQ(source_.released, 1);
}

TEST_F(ParkingTest, OnlyTheFreeingIsRepeatedIfItFails) {
  parking_.lists["a"] = ParkedList({{1, 0}});
  parking_.answer = absl::UnavailableError("no bucket");
  Redrive("a", 1, 3);  // the last attempt
  stage_.Deliver({.body = "a", .sequence = 4, .delivered = 2});
  stage_.clock().Advance(absl::Seconds(100));  // prolonged by pulses
  EXPECT_THAT(handled_, ElementsAre(1));
  EXPECT_THAT(source_.finished, IsEmpty());
  EXPECT_GT(parking_.frees, 10);
  EXPECT_EQ(stage_.health().problem, "no bucket");
  parking_.answer = absl::OkStatus();
  stage_.clock().Advance(absl::Seconds(1));
  EXPECT_THAT(source_.finished, ElementsAre("handled 70"));
  EXPECT_THAT(handled_, ElementsAre(1, 4));
  EXPECT_EQ(stage_.health().problem, "");
}

TEST_F(ParkingTest, ADrainDoesNotWaitForAKeyThatCannotBeFreed) {
  parking_.lists["a"] = ParkedList({{1, 0}});
  parking_.answer = absl::UnavailableError("no bucket");
  Redrive("a", 1);
  stage_.InLoop([this] {
    stage_.runner().Close(internal::Gate::kDrain);
    stage_.runner().HandBack();
  });
  EXPECT_FALSE(stage_.runner().idle());
  stage_.clock().Advance(absl::Seconds(1));
  EXPECT_TRUE(stage_.runner().idle());
  EXPECT_THAT(source_.finished, IsEmpty());
  EXPECT_THAT(stage_.settled(), ElementsAre("nak 70 0"));
  EXPECT_EQ(source_.released, 1);
}

}  // namespace
}  // namespace walnats
