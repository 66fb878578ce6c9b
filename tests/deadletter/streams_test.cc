#include "walnats/deadletter/streams.h"

#include <gmock/gmock.h>

#include "tests/deadletter/letters.h"
#include "tests/memory/memory_fixture.h"

namespace walnats::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class DeadLetterStreamsTest : public testing::MemoryTest {
 protected:
  absl::StatusOr<std::vector<std::string>> Ensure(
      const transport::StreamConfig& config, bool create = true) {
    return Run(EnsureStream(*transport_, config, create));
  }
  transport::StreamInfo Stream(const std::string& name) {
    return *Run(transport_->GetStream(name));
  }
};

TEST_F(DeadLetterStreamsTest, MakesTheStreamOfLetters) {
  const auto made =
      Ensure(DeadStreamConfig({.age = absl::Hours(1), .bytes = 1 << 20}));
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_THAT(*made, IsEmpty());
  const transport::StreamConfig config = Stream("walnats-dead").config;
  EXPECT_THAT(config.subjects,
              ElementsAre("walnats-dead.*.*.*.*", "walnats-dead-audit.>"));
  EXPECT_EQ(config.retention, Retention::kLimits);
  EXPECT_EQ(config.max_age, absl::Hours(1));
  EXPECT_EQ(config.max_bytes, 1 << 20);
  EXPECT_TRUE(config.allow_direct);
}

TEST_F(DeadLetterStreamsTest, KeepsLettersForEverIfAsked) {
  const transport::StreamConfig config =
      DeadStreamConfig({.age = absl::InfiniteDuration()});
  EXPECT_EQ(config.max_age, std::nullopt);
  EXPECT_EQ(config.max_bytes, std::nullopt);
}

// The server refuses a window that is longer than messages are kept.
TEST_F(DeadLetterStreamsTest, KeepsTheDuplicateWindowWithinTheAge) {
  const auto made = Ensure(DeadStreamConfig({.age = absl::Seconds(1)}));
  EXPECT_TRUE(made.ok()) << made.status();
  EXPECT_EQ(Stream("walnats-dead").config.duplicate_window, absl::Seconds(1));
}

TEST_F(DeadLetterStreamsTest, MakesTheQueueOfRedrives) {
  ASSERT_TRUE(Ensure(RedriveStreamConfig(1)).ok());
  const transport::StreamConfig config = Stream("walnats-redrive").config;
  EXPECT_THAT(config.subjects, ElementsAre("walnats-redrive.>"));
  EXPECT_EQ(config.retention, Retention::kWorkQueue);
  EXPECT_EQ(config.max_age, std::nullopt);
  // A work queue takes consumers whose filters do not overlap.
  for (const char* service : {"shop", "post"}) {
    const auto consumer = Run(transport_->CreateConsumer(
        "walnats-redrive", RedriveConsumerConfig(service, absl::Seconds(40))));
    ASSERT_TRUE(consumer.ok()) << consumer.status();
    EXPECT_EQ(consumer->config.ack_wait, absl::Seconds(40));
    EXPECT_EQ(consumer->config.max_deliver, -1);
  }
}

TEST_F(DeadLetterStreamsTest, LeavesWhatIsThereAndSaysHowItDiffers) {
  ASSERT_TRUE(Ensure(DeadStreamConfig({.age = absl::Hours(1)})).ok());
  const auto again =
      Ensure(DeadStreamConfig({.age = absl::Hours(2), .bytes = 1000}));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_THAT(
      *again,
      ElementsAre("stream \"walnats-dead\": keeps max_age 1h instead of the "
                  "declared 2h",
                  "stream \"walnats-dead\": keeps max_bytes unlimited instead "
                  "of the declared 1000"));
  EXPECT_EQ(Stream("walnats-dead").config.max_age, absl::Hours(1));
}

TEST_F(DeadLetterStreamsTest, MakesNothingWithoutLeave) {
  EXPECT_TRUE(absl::IsNotFound(Ensure(DeadStreamConfig({}), false).status()));
  EXPECT_TRUE(
      absl::IsNotFound(Run(transport_->GetStream("walnats-dead")).status()));
}

TEST(DeadSubjectTest, NamesStreamActorSequenceAndGeneration) {
  v1::DeadLetter letter = Letter(42);
  letter.set_generation(3);
  EXPECT_EQ(DeadSubject(letter), "walnats-dead.shop-order.mailer.42.3");
}

TEST(SameOriginTest, AsksForTheMessageNotForItsNumber) {
  const v1::DeadLetter letter = Letter(7);
  v1::DeadLetter later = letter;
  later.set_error("another one");
  later.set_attempts(9);
  EXPECT_TRUE(SameOrigin(letter, later));
  const v1::DeadLetter other = Letter(8);
  EXPECT_FALSE(SameOrigin(letter, other));
  v1::DeadLetter redriven = letter;
  redriven.set_generation(1);
  EXPECT_FALSE(SameOrigin(letter, redriven));
  v1::DeadLetter younger = letter;
  younger.mutable_stored_at()->set_nanos(8);
  EXPECT_FALSE(SameOrigin(letter, younger));
  v1::DeadLetter made_again = letter;
  made_again.mutable_stream_created()->set_seconds(4);
  EXPECT_FALSE(SameOrigin(letter, made_again));
}

}  // namespace
}  // namespace walnats::internal
