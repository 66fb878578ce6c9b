// The key book against planted worlds.

#include "tests/simulation/key_book.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "walnats/base/strings.h"
#include "walnats/event/headers.h"
#include "walnats/transport/owned_message.h"

namespace walnats::simulation {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

absl::Time At(double seconds) {
  return absl::FromUnixSeconds(1'000'000'000) + absl::Seconds(seconds);
}

class KeyBookTest : public ::testing::Test {
 protected:
  KeyBookTest() {
    book_.Declare({.stream = "a",
                   .actor = "ann",
                   .ack_wait = absl::Seconds(2),
                   .max_attempts = 3});
  }

  static std::string Reply(uint64_t sequence, int delivered) {
    return Cat("$JS.ACK.a.ann.", delivered, ".", sequence, ".", sequence,
               ".1000000000000000000.0");
  }
  // All have the same key unless they say another body.
  void Hand(uint64_t sequence, double at, std::string_view body = "3",
            std::vector<Header> headers = {}, uint64_t client = 1) {
    book_.OnHanded(
        client, transport::OwnedMessage("a", Reply(sequence, 1), headers, body),
        At(at));
  }
  static CallId Id(uint64_t sequence, uint64_t client = 1) {
    return {client, "a", "ann", sequence, 1};
  }
  void Call(uint64_t sequence, double at, std::string_view body = "3") {
    book_.OnCall(Id(sequence), KeyOf(body), At(at));
  }
  void Return(uint64_t sequence, const absl::Status& status,
              std::string_view body = "3") {
    book_.OnReturn(Id(sequence), KeyOf(body), status);
  }
  void Send(uint64_t sequence, std::string_view body, double at) {
    book_.OnSent(1, Reply(sequence, 1), body, At(at));
  }
  void ExpectOne(std::string_view violation) {
    EXPECT_THAT(violations_, ElementsAre(HasSubstr(std::string(violation))));
  }

  std::vector<std::string> violations_;
  Incarnations incarnations_;
  KeyBook book_{violations_, incarnations_};
};

TEST_F(KeyBookTest, IsContentWithMessagesInTheirOrder) {
  for (uint64_t sequence = 1; sequence <= 3; ++sequence) Hand(sequence, 0);
  Call(1, 0);
  Return(1, absl::UnavailableError("no"));
  Call(1, 1);
  Return(1, absl::OkStatus());
  Call(2, 1);
  Return(2, absl::InvalidArgumentError("never"));
  Send(2, "+TERM never", 1);
  Call(3, 1);
  EXPECT_THAT(violations_, IsEmpty());
}

TEST_F(KeyBookTest, OtherKeysAndProcessesAreNotConcerned) {
  Hand(1, 0);
  Hand(2, 0, "4");
  Call(2, 0, "4");
  book_.OnCall(Id(3, 2), KeyOf("3"), At(0));
  EXPECT_THAT(violations_, IsEmpty());
}

TEST_F(KeyBookTest, WhatIsDelayedOrHandedBackDoesNotCount) {
  const std::string due = EncodeDelay(At(5));
  Hand(1, 0, "3", {{kDelayHeader, due}});
  Hand(2, 0);
  Send(2, "-NAK", 0);
  Hand(3, 0);
  Call(3, 0);
  EXPECT_THAT(violations_, IsEmpty());
}

TEST_F(KeyBookTest, NoneOvertakesAnother) {
  Hand(1, 0);
  Hand(2, 0);
  Call(2, 0);
  ExpectOne("called before message 1");
}

TEST_F(KeyBookTest, NoneOvertakesOneThatFailed) {
  Hand(1, 0);
  Hand(2, 0);
  Call(1, 0);
  Return(1, absl::UnavailableError("no"));
  Call(2, 0);
  ExpectOne("called before message 1");
}

TEST_F(KeyBookTest, OneThatIsLostIsAwaitedForTwiceAckWait) {
  Hand(1, 0);
  Send(1, "+WPI", 1);
  Hand(2, 1);
  Call(2, 5.1);
  Return(2, absl::OkStatus());
  EXPECT_THAT(violations_, IsEmpty());
  Hand(3, 5.1);
  Call(3, 4.9);
  ExpectOne("called before message 1");
}

TEST_F(KeyBookTest, OneThatIsDeadLetsTheNextGo) {
  Hand(1, 0);
  v1::DeadLetter letter;
  letter.set_stream("a");
  letter.set_actor("ann");
  letter.set_sequence(1);
  book_.OnDead(letter);
  Hand(2, 0);
  Call(2, 0);
  EXPECT_THAT(violations_, IsEmpty());
}

TEST_F(KeyBookTest, NoTwoAtOnce) {
  Hand(2, 0);
  Call(2, 0);
  Call(1, 0);
  ExpectOne("2 of one key run");
}

}  // namespace
}  // namespace walnats::simulation
