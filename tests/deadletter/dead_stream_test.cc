#include "walnats/deadletter/dead_stream.h"

#include <gmock/gmock.h>

#include <optional>

#include "tests/deadletter/letters.h"
#include "tests/memory/memory_fixture.h"
#include "walnats/base/steps.h"
#include "walnats/deadletter/streams.h"

namespace walnats::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class DeadStreamTest
    : public testing::MemoryTest,
      public ::testing::WithParamInterface<testing::model::Version> {
 protected:
  DeadStreamTest() {
    Restart({.version = GetParam(), .max_payload = 20'000});
    MakeStream();
  }

  void MakeStream() {
    ASSERT_TRUE(Run(transport_->CreateStream(config_)).ok());
  }

  Task<absl::Status> Storing(v1::DeadLetter letter, bool create) {
    DeadStream sink(*transport_, config_, create);
    co_return co_await sink.Store(letter);
  }

  // Takes as much of the test's time as it needs.
  absl::Status Store(const v1::DeadLetter& letter, bool create = true) {
    testing::Pending<absl::Status> storing(clock_, Storing(letter, create));
    while (!storing.done()) clock_.Advance(absl::Milliseconds(50));
    return *storing;
  }

  // "subject error" of every letter, the oldest first.
  std::vector<std::string> Letters() {
    std::vector<std::string> letters;
    for (const transport::StoredMessage& stored : Messages()) {
      v1::DeadLetter letter;
      EXPECT_TRUE(letter.ParseFromString(stored.body));
      letters.push_back(stored.subject + " " + letter.error());
    }
    return letters;
  }

  std::vector<transport::StoredMessage> Messages() {
    std::vector<transport::StoredMessage> messages;
    const auto info = server_->model().GetStream("walnats-dead");
    if (!info.ok()) return messages;
    for (uint64_t i = info->first_sequence; i <= info->last_sequence; ++i) {
      auto message =
          server_->model().GetMessage("walnats-dead", {.sequence = i});
      if (message.ok()) messages.push_back(*std::move(message));
    }
    return messages;
  }

  const transport::StreamConfig config_ = DeadStreamConfig({});
};

INSTANTIATE_TEST_SUITE_P(, DeadStreamTest,
                         ::testing::Values(testing::model::kOldest,
                                           testing::model::kNewest),
                         [](const auto& version) {
                           return version.param == testing::model::kOldest
                                      ? "oldest"
                                      : "newest";
                         });

TEST_P(DeadStreamTest, StoresTheLetterUnderItsOwnSubject) {
  const v1::DeadLetter letter = Letter(7);
  ASSERT_TRUE(Store(letter).ok());
  ASSERT_THAT(Messages(), SizeIs(1));
  EXPECT_EQ(Messages()[0].subject, "walnats-dead.shop-order.mailer.7.0");
  EXPECT_EQ(Messages()[0].body, letter.SerializeAsString());
}

TEST_P(DeadStreamTest, StoresItOnceWithinTheDuplicateWindow) {
  ASSERT_TRUE(Store(Letter(7)).ok());
  v1::DeadLetter again = Letter(7);
  again.set_error("of the next attempt");
  EXPECT_TRUE(Store(again).ok());
  EXPECT_THAT(Letters(),
              ElementsAre("walnats-dead.shop-order.mailer.7.0 no such user"));
}

TEST_P(DeadStreamTest, StoresItOnceAfterTheDuplicateWindow) {
  ASSERT_TRUE(Store(Letter(7)).ok());
  clock_.Advance(absl::Hours(24));
  EXPECT_TRUE(Store(Letter(7)).ok());
  EXPECT_THAT(Letters(), SizeIs(1));
}

TEST_P(DeadStreamTest, StoresEveryGeneration) {
  v1::DeadLetter redriven = Letter(7);
  redriven.set_generation(1);
  ASSERT_TRUE(Store(Letter(7)).ok());
  ASSERT_TRUE(Store(redriven).ok());
  EXPECT_THAT(Letters(), SizeIs(2));
}

TEST_P(DeadStreamTest, StoresAnotherMessageOfTheNumberBehindTheFirst) {
  v1::DeadLetter other = Letter(7);
  *other.mutable_stored_at() = ToProto(absl::FromUnixSeconds(99));
  *other.mutable_stream_created() = ToProto(absl::FromUnixSeconds(98));
  other.set_error("of the stream that was made again");
  ASSERT_TRUE(Store(Letter(7)).ok());
  for (absl::Duration pause : {absl::ZeroDuration(), absl::Hours(1)}) {
    clock_.Advance(pause);
    EXPECT_TRUE(Store(other).ok());
    EXPECT_THAT(Letters(),
                ElementsAre("walnats-dead.shop-order.mailer.7.0 no such user",
                            "walnats-dead.shop-order.mailer.7.0 of the stream "
                            "that was made again"));
  }
}

TEST_P(DeadStreamTest, IsNotMisledByWhatIsNoLetter) {
  testing::Completion stranger;
  stranger.message = To("walnats-dead.shop-order.mailer.7.0", "\xFF");
  transport_->Publish(stranger);
  clock_.Poll();
  ASSERT_TRUE(stranger.status().ok());
  EXPECT_TRUE(Store(Letter(7)).ok());
  EXPECT_THAT(Messages(), SizeIs(2));
}

TEST_P(DeadStreamTest, LeavesOutABodyThatIsTooLargeWithItsLetter) {
  v1::DeadLetter letter = Letter(7);
  letter.set_body(std::string(19'999, 'b'));
  ASSERT_TRUE(Store(letter).ok());
  v1::DeadLetter stored;
  ASSERT_TRUE(stored.ParseFromString(Messages()[0].body));
  EXPECT_TRUE(stored.body_left_out());
  EXPECT_TRUE(stored.body().empty());
  EXPECT_EQ(stored.error(), "no such user");
}

TEST_P(DeadStreamTest, UsesAllTheRoomThatTheServerGives) {
  // The limit counts headers, too; one of these sizes is the last that fits.
  int whole = 0;
  int cut = 0;
  for (int size = 19'000; size <= 20'000; size += 5) {
    v1::DeadLetter letter = Letter(static_cast<uint64_t>(size));
    letter.set_body(std::string(static_cast<size_t>(size), 'b'));
    ASSERT_TRUE(Store(letter).ok()) << size;
    v1::DeadLetter stored;
    ASSERT_TRUE(stored.ParseFromString(Messages().back().body));
    ++(stored.body_left_out() ? cut : whole);
  }
  EXPECT_GT(whole, 50);
  EXPECT_GT(cut, 5);
}

TEST_P(DeadStreamTest, MakesTheStreamAgain) {
  ASSERT_TRUE(Run(transport_->DeleteStream("walnats-dead")).ok());
  const absl::Status stored = Store(Letter(7));
  EXPECT_TRUE(stored.ok()) << stored;
  EXPECT_THAT(Letters(), SizeIs(1));
  EXPECT_EQ(Run(transport_->GetStream("walnats-dead"))->config.max_age,
            absl::Hours(24 * 30));
}

TEST_P(DeadStreamTest, SaysThatTheStreamIsMissingIfItMayNotMakeIt) {
  ASSERT_TRUE(Run(transport_->DeleteStream("walnats-dead")).ok());
  const absl::Status stored = Store(Letter(7), /*create=*/false);
  EXPECT_TRUE(absl::IsNotFound(stored)) << stored;
  EXPECT_THAT(std::string(stored.message()),
              HasSubstr("store dead letter "
                        "\"walnats-dead.shop-order.mailer.7.0\": "));
  EXPECT_THAT(std::string(stored.message()),
              HasSubstr("RegisterOptions::create is off"));
}

TEST_P(DeadStreamTest, FailsWhileThereIsNoConnectionAndGoesOnAfterwards) {
  server_->Disconnect("for the test");
  const absl::Status stored = Store(Letter(7));
  EXPECT_TRUE(absl::IsUnavailable(stored)) << stored;
  server_->Reconnect();
  clock_.Advance(absl::Seconds(10));
  EXPECT_TRUE(Store(Letter(7)).ok());
  EXPECT_THAT(Letters(), SizeIs(1));
}

TEST_P(DeadStreamTest, SaysWhyAFullStreamRefuses) {
  transport::StreamConfig full = config_;
  full.max_messages = 1;
  full.discard = Discard::kNew;
  ASSERT_TRUE(Run(transport_->UpdateStream(full)).ok());
  ASSERT_TRUE(Store(Letter(7)).ok());
  const absl::Status stored = Store(Letter(8));
  EXPECT_TRUE(absl::IsResourceExhausted(stored)) << stored;
  EXPECT_THAT(std::string(stored.message()), HasSubstr("maximum messages"));
}

std::vector<std::string>& Steps() {
  static auto& steps = *new std::vector<std::string>();
  return steps;
}

TEST_P(DeadStreamTest, NamesItsSteps) {
  Steps().clear();
  SetStepHook([](std::string_view step) { Steps().emplace_back(step); });
  ASSERT_TRUE(Store(Letter(7)).ok());
  SetStepHook(nullptr);
  ASSERT_TRUE(Store(Letter(8)).ok());
  EXPECT_THAT(Steps(),
              ElementsAre("dead: before the letter", "dead: letter stored"));
}

}  // namespace
}  // namespace walnats::internal
