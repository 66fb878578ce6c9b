// Guarantees 3, 5 and 6: what becomes of a message whose handler fails.

#include <gmock/gmock.h>

#include <stdexcept>

#include "tests/contract/guarantees_fixture.h"
#include "walnats/base/strings.h"

namespace walnats::contract {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class GuaranteesFailure : public Guarantees {
 protected:
  // Every attempt up to `last` ends with `status`.
  void Fail(absl::Status status, int64_t last = 1000) {
    handle_ = [status, last](const std::string&,
                             const Context& context) -> Task<absl::Status> {
      co_return context.attempt() <= last ? status : absl::OkStatus();
    };
  }
  static RetryPolicy Retry(int max_attempts,
                           std::vector<absl::Duration> delays = {
                               absl::Milliseconds(20)}) {
    return {
        .max_attempts = max_attempts, .delays = std::move(delays), .jitter = 0};
  }
  absl::Duration Between(size_t first, size_t second) const {
    return attempts_.at(second).time - attempts_.at(first).time;
  }
};

INSTANTIATE_TEST_SUITE_P(, GuaranteesFailure, ::testing::ValuesIn(AllSides()),
                         SideName);

TEST_P(GuaranteesFailure, ComesAgainWithTheAttemptsDelay) {
  Fail(absl::UnavailableError("busy"), 3);
  Process& shop = StartMailer(
      {.retry = Retry(10, {absl::Milliseconds(100), absl::Milliseconds(250)})});
  EmitMany(1);
  ASSERT_TRUE(Until([&] { return Settled(1); }));
  EXPECT_THAT(Numbers(), ElementsAre(1, 2, 3, 4));
  EXPECT_GE(Between(0, 1), absl::Milliseconds(100));
  EXPECT_GE(Between(1, 2), absl::Milliseconds(250));
  EXPECT_GE(Between(2, 3), absl::Milliseconds(250));
  EXPECT_EQ(shop.actor().retried, 3);
  EXPECT_THAT(DeadLetters(), IsEmpty());
}

TEST_P(GuaranteesFailure, OthersGoOnMeanwhile) {
  handle_ = [](const std::string& text,
               const Context& context) -> Task<absl::Status> {
    co_return text == "1" && context.attempt() == 1
        ? absl::UnavailableError("busy")
        : absl::OkStatus();
  };
  StartMailer({.max_jobs = 1, .retry = Retry(10, {absl::Milliseconds(200)})});
  EmitMany(3);
  ASSERT_TRUE(Until([&] { return Settled(3); }));
  EXPECT_THAT(Texts(), ElementsAre("1", "2", "3", "1"));
}

TEST_P(GuaranteesFailure, AnExceptionIsAFailureLikeOthers) {
  handle_ = [](const std::string&,
               const Context& context) -> Task<absl::Status> {
    if (context.attempt() == 1) throw std::runtime_error("oops");
    co_return absl::OkStatus();
  };
  StartMailer({.retry = Retry(3)});
  EmitMany(1);
  ASSERT_TRUE(Until([&] { return Settled(1); }));
  EXPECT_THAT(Numbers(), ElementsAre(1, 2));
}

TEST_P(GuaranteesFailure, AJobOverItsLimitIsCancelledAndTriedAgain) {
  handle_ = [](const std::string&,
               const Context& context) -> Task<absl::Status> {
    if (context.attempt() == 1) {
      co_await context.clock().Sleep(absl::Hours(1));
    }
    co_return absl::OkStatus();
  };
  Process& shop =
      StartMailer({.job_timeout = absl::Milliseconds(150), .retry = Retry(3)});
  EmitMany(1);
  ASSERT_TRUE(Until([&] { return Settled(1); }));
  EXPECT_THAT(Numbers(), ElementsAre(1, 2));
  EXPECT_GE(Between(0, 1), absl::Milliseconds(150));
  EXPECT_EQ(shop.actor().timed_out, 1);
  EXPECT_EQ(running_, 0);
}

// ---- counts

// Due once the first process is gone: what nats-server 2.9 cannot deliver,
// because the pull in front has just lost its interest, it counts anew.
constexpr absl::Duration kNextProcess = absl::Milliseconds(600);

TEST_P(GuaranteesFailure, CountsAttemptsOverProcesses) {
  Fail(absl::UnavailableError("busy"));
  const ActorOptions options{.retry = Retry(2, {kNextProcess})};
  Process& first = StartMailer(options);
  EmitMany(1);
  ASSERT_TRUE(Until([&] { return first.actor().retried == 1; }));
  Stop(first);
  Process& second = StartMailer(options);
  ASSERT_TRUE(Eventually([&] { return second.actor().dead == 1; }));
  EXPECT_THAT(Numbers(), ElementsAre(1, 2));
  EXPECT_TRUE(Until([&] { return Settled(1); }));
}

// The next deploy may allow less than was tried already: that is dead before
// the handler sees it.
TEST_P(GuaranteesFailure, BuriesWhatCameTooOftenBeforeItRuns) {
  Fail(absl::UnavailableError("busy"));
  Process& first =
      StartMailer({.retry = Retry(9, {absl::Milliseconds(20), kNextProcess})});
  EmitMany(1);
  ASSERT_TRUE(Until([&] { return first.actor().retried == 2; }));
  Stop(first);
  Process& second = StartMailer({.retry = Retry(2)});
  ASSERT_TRUE(Eventually([&] { return second.actor().dead == 1; }));
  EXPECT_THAT(Numbers(), ElementsAre(1, 2));
  const auto letters = DeadLetters();
  ASSERT_THAT(letters, SizeIs(1));
  EXPECT_EQ(letters[0].code(), "ABORTED");
  EXPECT_TRUE(Until([&] { return Settled(1); }));
}

// ---- death

TEST_P(GuaranteesFailure, DiesAfterTheLastAttempt) {
  Fail(absl::UnavailableError("busy"));
  Process& shop = StartMailer({.retry = Retry(3)});
  EmitMany(1);
  ASSERT_TRUE(Eventually([&] { return shop.actor().dead == 1; }));
  EXPECT_TRUE(Until([&] { return Settled(1); }));
  EXPECT_THAT(Numbers(), ElementsAre(1, 2, 3));
  const auto letters = DeadLetters();
  ASSERT_THAT(letters, SizeIs(1));
  EXPECT_EQ(letters[0].code(), "UNAVAILABLE");
  EXPECT_EQ(letters[0].error(), "busy");
  EXPECT_EQ(letters[0].sequence(), 1u);
  EXPECT_EQ(letters[0].stream(), "parcel-sent");
  EXPECT_EQ(letters[0].actor(), "mailer");
}

TEST_P(GuaranteesFailure, DiesAtOnceOfWhatNoRetryMends) {
  const std::map<std::string, absl::Status> deaths = {
      {"1", absl::InvalidArgumentError("argument")},
      {"2", absl::OutOfRangeError("range")},
      {"3", absl::UnimplementedError("implement")},
      {"4", absl::DataLossError("data")}};
  handle_ = [deaths](const std::string& text,
                     const Context&) -> Task<absl::Status> {
    co_return deaths.at(text);
  };
  Process& shop = StartMailer({.max_jobs = 1});
  EmitMany(4);
  ASSERT_TRUE(Eventually([&] { return shop.actor().dead == 4; }));
  EXPECT_TRUE(Until([&] { return Settled(4); }));
  EXPECT_THAT(Texts(), ElementsAre("1", "2", "3", "4"));
  EXPECT_THAT(DeadLetters(), SizeIs(4));
}

TEST_P(GuaranteesFailure, BuriesWhatCannotBeRead) {
  Process& shop = StartMailer();
  ASSERT_THAT(Publish("parcel.sent", std::string(testing::TextCodec::kBroken)),
              IsOk());
  ASSERT_THAT(Publish("parcel.sent", "fine"), IsOk());
  ASSERT_TRUE(Eventually([&] { return shop.actor().dead == 1; }));
  EXPECT_TRUE(Until([&] { return Settled(2); }));
  EXPECT_THAT(Texts(), ElementsAre("fine"));
  const auto letters = DeadLetters();
  ASSERT_THAT(letters, SizeIs(1));
  EXPECT_EQ(letters[0].code(), "DATA_LOSS");
}

// What cannot be kept is not terminated: the server keeps it until it can.
TEST_P(GuaranteesFailure, IsTerminatedOnlyOnceItsLetterIsStored) {
  Fail(absl::InvalidArgumentError("no such order"));
  Process& shop = StartMailer({.retry = Retry(1, {absl::Milliseconds(50)})});
  transport::StreamConfig config = Stream("walnats-dead").config;
  const transport::StreamConfig roomy = config;
  config.max_messages = 1;
  config.discard = Discard::kNew;
  ASSERT_THAT(Run(transport().UpdateStream(config)), IsOk());
  ASSERT_THAT(Publish("walnats-dead-audit.full", "of others"), IsOk());
  EmitMany(1);
  ASSERT_TRUE(Eventually([&] { return shop.actor().retried >= 2; }));
  EXPECT_EQ(MailerInfo().ack_floor_stream_sequence, 0U);
  EXPECT_EQ(MailerInfo().ack_pending, 1);
  EXPECT_THAT(shop.actor().problem, HasSubstr("maximum messages exceeded"));
  ASSERT_THAT(Run(transport().UpdateStream(roomy)), IsOk());
  ASSERT_TRUE(Eventually([&] { return shop.actor().dead == 1; }));
  EXPECT_THAT(DeadLetters(), SizeIs(1));
  EXPECT_TRUE(Until([&] { return Settled(1); }));
  EXPECT_EQ(shop.actor().problem, "");
}

// Whoever terminates it died before its term came through: the letter stands.
TEST_P(GuaranteesFailure, HasOneLetterHoweverOftenItIsBuried) {
  Fail(absl::InvalidArgumentError("no such order"));
  const ActorOptions options{.ack_wait = absl::Seconds(1), .retry = Retry(1)};
  EmitMany(1);
  Process& first = StartMailer(options);
  ASSERT_TRUE(Eventually([&] { return DeadLetters().size() == 1; }));
  // In its place, one that has not heard of it.
  Stop(first);
  ASSERT_THAT(Run(transport().DeleteConsumer("parcel-sent", "mailer")), IsOk());
  Process& second = StartMailer(options);
  ASSERT_TRUE(Eventually([&] { return second.actor().dead == 1; }));
  EXPECT_TRUE(Until([&] { return Settled(1); }));
  EXPECT_THAT(DeadLetters(), SizeIs(1));
}

// Its number is that of another message, which has died before.
TEST_P(GuaranteesFailure, HasALetterOfItsOwnInAStreamThatWasMadeAgain) {
  Fail(absl::InvalidArgumentError("no such order"));
  for (const size_t letters : {1, 2}) {
    Process& shop = StartMailer({.retry = Retry(1)});
    ASSERT_THAT(Publish("parcel.sent", Cat("box ", letters)), IsOk());
    ASSERT_TRUE(Eventually([&] { return shop.actor().dead == 1; }));
    ASSERT_THAT(DeadLetters(), SizeIs(letters));
    EXPECT_EQ(DeadLetters().back().body(), Cat("box ", letters));
    Stop(shop);
    ASSERT_THAT(Run(transport().DeleteStream("parcel-sent")), IsOk());
  }
}

}  // namespace
}  // namespace walnats::contract
