// The redrive book against planted worlds: it must notice each broken promise,
// and must not cry otherwise.

#include "tests/simulation/redrive_book.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "walnats/actor/origin.h"
#include "walnats/base/strings.h"
#include "walnats/transport/owned_message.h"

namespace walnats::simulation {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Record = v1::DeadLetterRecord;

class RedriveBookTest : public ::testing::Test {
 protected:
  // Letter 7: of message 5, never redriven.
  RedriveBookTest() { Letter(7, 0); }

  void Letter(uint64_t number, int generation) {
    v1::DeadLetter letter;
    letter.set_stream("a");
    letter.set_actor("ann");
    letter.set_sequence(5);
    letter.set_generation(generation);
    book_.OnLetter(number, letter);
  }
  void Store(Record::Kind kind, std::string_view reason = "",
             uint64_t number = 7) {
    Record record;
    record.set_kind(kind);
    record.set_reason(std::string(reason));
    book_.OnRecord(number, record);
  }
  static std::string Reply(int delivered) {
    return Cat("$JS.ACK.walnats-redrive.s.", delivered,
               ".1.1.1000000000000000000.0");
  }
  void Hand(int delivered, int generation = 1, std::string_view actor = "ann",
            uint64_t client = 1) {
    const internal::OriginHeaders origin({.subject = "a",
                                          .stream = "a",
                                          .sequence = 5,
                                          .time = absl::UnixEpoch(),
                                          .stream_created = absl::UnixEpoch(),
                                          .generation = generation,
                                          .letter = 7});
    book_.OnHanded(client, transport::OwnedMessage(
                               Cat("walnats-redrive.s.", actor, ".a.7"),
                               Reply(delivered), origin.headers(), "body"));
  }
  void Handle(const absl::Status& status, std::string_view actor = "ann",
              uint64_t client = 1) {
    const CallId call{client, "a", actor, 5, 1, 1};
    book_.OnCall(call);
    book_.OnReturn(call, status);
  }
  void Send(int delivered, std::string_view body) {
    book_.OnSent(1, Reply(delivered), body);
  }
  void ExpectOne(std::string_view violation) {
    EXPECT_THAT(violations_, ElementsAre(HasSubstr(std::string(violation))));
  }

  std::vector<std::string> violations_;
  Incarnations incarnations_;
  RedriveBook book_{violations_, incarnations_};
};

TEST_F(RedriveBookTest, IsContentWithTheWayOfALetter) {
  book_.OnLastRun();
  Store(Record::KIND_REDRIVEN);
  Hand(1);
  Handle(absl::UnavailableError("no"));
  Send(1, R"(-NAK {"delay":1000})");
  Hand(2);
  Handle(absl::OkStatus());
  Store(Record::KIND_SETTLED, "handled");
  Send(2, "+ACK");
  Hand(3);
  Send(3, "+ACK");
  book_.CheckDone(0);
  EXPECT_THAT(violations_, IsEmpty());
}

TEST_F(RedriveBookTest, IsContentWithOneThatDiesAgain) {
  Store(Record::KIND_REDRIVEN);
  Hand(1);
  Handle(absl::InvalidArgumentError("never"));
  Letter(8, 1);
  Store(Record::KIND_SETTLED, "dead");
  Send(1, "+TERM dead again");
  book_.CheckDone(0);
  EXPECT_THAT(violations_, IsEmpty());
}

TEST_F(RedriveBookTest, NothingIsHandledAfterItWasSettled) {
  Hand(1);
  Handle(absl::OkStatus());
  Store(Record::KIND_SETTLED, "handled");
  Send(1, "+ACK");
  Hand(2);
  Handle(absl::OkStatus());
  ExpectOne("after it was settled");
}

TEST_F(RedriveBookTest, NoCallWithoutADelivery) {
  Hand(1);
  Handle(absl::UnavailableError("no"));
  Handle(absl::UnavailableError("no"));
  EXPECT_THAT(violations_, IsEmpty());
  Send(1, R"(-NAK {"delay":1000})");
  Handle(absl::OkStatus());
  ExpectOne("without a delivery");
}

TEST_F(RedriveBookTest, NoOtherActorIsCalled) {
  Handle(absl::OkStatus(), "bob");
  ExpectOne("this actor has not given it up");
}

TEST_F(RedriveBookTest, NothingGoesToAnotherActor) {
  Hand(1, 1, "bob");
  ExpectOne("not what letter 7 is");
}

TEST_F(RedriveBookTest, EveryRedriveIsOneGenerationMore) {
  Hand(1, 2);
  ExpectOne("not what letter 7 is");
}

TEST_F(RedriveBookTest, NoSecondLetterOfAGeneration) {
  Store(Record::KIND_REDRIVEN);
  Hand(1);
  Letter(8, 1);
  Letter(9, 1);
  ExpectOne("is there twice");
}

TEST_F(RedriveBookTest, NoLetterOfWhatWasNotRedriven) {
  Letter(8, 1);
  ExpectOne("nothing was redriven");
}

TEST_F(RedriveBookTest, NoAckOfWhatWasNotHandled) {
  Hand(1);
  Send(1, "+ACK");
  ExpectOne("neither handled nor recorded");
}

TEST_F(RedriveBookTest, NoTermWithoutTheNextLetter) {
  Hand(1);
  Handle(absl::InvalidArgumentError("never"));
  Send(1, "+TERM dead again");
  ExpectOne("before its dead letter");
}

TEST_F(RedriveBookTest, NothingTwice) {
  Hand(1);
  Handle(absl::OkStatus());
  Store(Record::KIND_SETTLED, "handled");
  Send(1, "+ACK");
  Send(1, "+ACK");
  ExpectOne("settled twice");
}

TEST_F(RedriveBookTest, NothingRedrivenIsForgotten) {
  Store(Record::KIND_REDRIVEN);
  book_.CheckDone(0);
  ExpectOne("not settled in the end");
}

TEST_F(RedriveBookTest, NothingStaysInTheQueue) {
  book_.CheckDone(1);
  ExpectOne("still holds 1");
}

TEST_F(RedriveBookTest, TheLastRunLeavesNothing) {
  book_.OnLastRun();
  book_.CheckDone(0);
  ExpectOne("the last run has not");
}

TEST_F(RedriveBookTest, WhatIsSettledAsHandledWasHandled) {
  Store(Record::KIND_SETTLED, "handled");
  book_.CheckDone(0);
  ExpectOne("no handler returned OK");
}

TEST_F(RedriveBookTest, WhatIsSettledAsDeadHasALetter) {
  Store(Record::KIND_SETTLED, "dead");
  book_.CheckDone(0);
  ExpectOne("but has no letter");
}

TEST_F(RedriveBookTest, NoRecordWithoutALetter) {
  Store(Record::KIND_REDRIVEN, "", 8);
  ExpectOne("letter 8, which is not there");
}

}  // namespace
}  // namespace walnats::simulation
