// The oracle against planted worlds: it must notice each broken promise, and
// must not cry otherwise.

#include "tests/simulation/oracle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "walnats/event/headers.h"
#include "walnats/transport/owned_message.h"

namespace walnats::simulation {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using transport::StoredMessage;

constexpr absl::Duration kWindow = absl::Seconds(3);

absl::Time At(double seconds) {
  return absl::FromUnixSeconds(1'000'000'000) + absl::Seconds(seconds);
}

StoredMessage Stored(uint64_t sequence, std::string body, std::string id = "",
                     double at = 0) {
  StoredMessage message;
  message.subject = "a";
  message.sequence = sequence;
  message.time = At(at);
  if (!id.empty()) message.headers.push_back({kMessageIdHeader, std::move(id)});
  message.body = std::move(body);
  return message;
}

class EmitBookTest : public ::testing::Test {
 protected:
  EmitBook& emits() { return oracle_.emits(); }
  void Emit(uint64_t number, absl::StatusOr<Receipt> result,
            std::string_view id = "") {
    emits().OnBegin(number, "a", id);
    emits().OnEnd(number, result);
  }
  const std::vector<std::string>& Check(std::vector<StoredMessage> messages,
                                        bool message_ids = false) {
    const std::vector<EmitBook::Stream> streams{std::move(messages)};
    emits().CheckStream({"a", kWindow, message_ids}, streams);
    return oracle_.violations();
  }

  Oracle oracle_;
};

TEST_F(EmitBookTest, IsContentWithWhatIsStoredOnce) {
  Emit(1, Receipt{"a", 1}, "x");
  Emit(2, Receipt{"a", 1, true}, "x");
  Emit(3, absl::UnknownError("lost"));
  Emit(4, absl::UnknownError("lost"));
  Emit(5, absl::UnavailableError("not sent"));
  emits().OnBegin(6, "a", "");
  EXPECT_THAT(Check({Stored(1, "1", "x"), Stored(2, "3", "y"),
                     Stored(3, "6", "z"), Stored(4, "6", "z", 3)}),
              IsEmpty());
}

TEST_F(EmitBookTest, MissesWhatWasAcked) {
  Emit(1, Receipt{"a", 1});
  EXPECT_THAT(Check({}), ElementsAre(HasSubstr("which is not there")));
}

TEST_F(EmitBookTest, FindsAnotherMessageInItsPlace) {
  Emit(1, Receipt{"a", 2});
  Emit(2, Receipt{"a", 2});
  EXPECT_THAT(Check({Stored(1, "1"), Stored(2, "2")}),
              ElementsAre(HasSubstr("emit 1 returned OK")));
}

TEST_F(EmitBookTest, ADuplicateMustHaveItsId) {
  Emit(1, Receipt{"a", 1}, "x");
  Emit(2, Receipt{"a", 1, true}, "y");
  EXPECT_THAT(Check({Stored(1, "1", "x")}),
              ElementsAre(HasSubstr("emit 2 returned OK")));
}

TEST_F(EmitBookTest, NoIdTwiceWithinTheWindow) {
  Emit(1, Receipt{"a", 1}, "x");
  EXPECT_THAT(Check({Stored(1, "1", "x"), Stored(2, "1", "x", 2.9)}),
              ElementsAre(HasSubstr("less than the duplicate window")));
}

TEST_F(EmitBookTest, NoMessageWithoutIdWhereAllHaveOne) {
  Emit(1, Receipt{"a", 1});
  EXPECT_THAT(Check({Stored(1, "1", "x"), Stored(2, "1")}, true),
              ElementsAre(HasSubstr("message 2 has no id")));
}

TEST_F(EmitBookTest, WhatWasRefusedIsNotStored) {
  Emit(1, absl::UnavailableError("surely not stored"));
  EXPECT_THAT(Check({Stored(1, "1")}),
              ElementsAre(HasSubstr("says it is not stored")));
}

TEST_F(EmitBookTest, WhatHasNoIdIsSentOnce) {
  const Header id{kMessageIdHeader, "x"};
  emits().OnBegin(1, "a", "");
  emits().OnSent(1, {.subject = "a", .body = "1"});
  for (int i = 0; i < 2; ++i) {
    emits().OnSent(1, {.subject = "a", .headers = {&id, 1}, .body = "1"});
  }
  EXPECT_THAT(oracle_.violations(), IsEmpty());
  emits().OnSent(1, {.subject = "a", .body = "1"});
  EXPECT_THAT(oracle_.violations(), ElementsAre(HasSubstr("sent again")));
}

TEST_F(EmitBookTest, WhatNoStreamTookMayBeSentAgain) {
  const Header none{"Status", "503"};
  const transport::Outgoing frame{.subject = "a", .body = "1", .reply = "r"};
  const std::vector<Header> headers{none};
  emits().OnBegin(1, "a", "");
  emits().OnSent(1, frame);
  emits().OnHanded(2, transport::OwnedMessage("r", "", headers, ""));
  emits().OnHanded(1, transport::OwnedMessage("r", "", headers, ""));
  emits().OnHanded(1, transport::OwnedMessage("r", "", headers, ""));
  emits().OnSent(1, frame);
  EXPECT_THAT(oracle_.violations(), IsEmpty());
  emits().OnSent(1, frame);
  EXPECT_THAT(oracle_.violations(), ElementsAre(HasSubstr("sent again")));
}

TEST_F(EmitBookTest, NothingIsStoredThatNobodyEmitted) {
  EXPECT_THAT(Check({Stored(1, "7")}),
              ElementsAre(HasSubstr("emitted by nobody")));
}

class DeliveryBookTest : public ::testing::Test {
 protected:
  DeliveryBookTest() {
    book().Declare({.stream = "a",
                    .actor = "ann",
                    .ack_wait = absl::Seconds(2),
                    .max_attempts = 3,
                    .max_jobs = 2});
  }
  DeliveryBook& book() { return oracle_.deliveries(); }

  static std::string Reply(uint64_t sequence, int delivered) {
    return Cat("$JS.ACK.a.ann.", delivered, ".", sequence, ".", sequence,
               ".1000000000000000000.0");
  }
  static CallId Id(uint64_t sequence, int64_t attempt) {
    return {1, "a", "ann", sequence, attempt};
  }
  void Hand(uint64_t sequence, int delivered, double at,
            std::vector<Header> headers = {}) {
    const transport::Message frame = transport::OwnedMessage(
        "a", Reply(sequence, delivered), headers, "body");
    book().OnHanded(1, frame, At(at));
  }
  void Handle(uint64_t sequence, int64_t attempt, double at,
              const absl::Status& status) {
    book().OnCall(Id(sequence, attempt), At(at));
    book().OnReturn(Id(sequence, attempt), status);
  }
  void Send(uint64_t sequence, int delivered, std::string_view body,
            double at) {
    book().OnSent(1, Reply(sequence, delivered), body, At(at));
  }
  void ExpectOne(std::string_view violation) {
    EXPECT_THAT(oracle_.violations(),
                ElementsAre(HasSubstr(std::string(violation))));
  }

  Oracle oracle_;
};

TEST_F(DeliveryBookTest, IsContentWithTheWayOfAMessage) {
  Hand(1, 1, 0);
  Handle(1, 1, 0.5, absl::UnavailableError("no"));
  Send(1, 1, R"(-NAK {"delay":1000})", 0.5);
  Hand(1, 2, 1);
  book().OnCall(Id(1, 2), At(1));
  Send(1, 2, "+WPI", 2.5);
  book().OnReturn(Id(1, 2), absl::OkStatus());
  Send(1, 2, "+ACK", 4);
  Hand(2, 1, 5);
  Handle(2, 1, 5, absl::InvalidArgumentError("never"));
  book().OnDead("a", "ann", 2);
  Send(2, 1, "+TERM never", 5);
  Hand(3, 1, 6);
  book().OnDrain(1);
  Send(3, 1, "-NAK", 6);
  book().OnEnd(1);
  book().CheckDone("a", 2);
  EXPECT_THAT(oracle_.violations(), IsEmpty());
}

TEST_F(DeliveryBookTest, NoAckWithoutAHandlersOk) {
  Hand(1, 1, 0);
  Handle(1, 1, 0, absl::UnavailableError("no"));
  Send(1, 1, "+ACK", 1);
  ExpectOne("has not returned OK");
}

TEST_F(DeliveryBookTest, NoAckForTheOkOfAnotherAttempt) {
  Hand(1, 1, 0);
  Handle(1, 1, 0, absl::OkStatus());
  Hand(1, 2, 1);
  Send(1, 2, "+ACK", 1);
  ExpectOne("has not returned OK");
}

TEST_F(DeliveryBookTest, NothingAfterTheDeadline) {
  Hand(1, 1, 0);
  Handle(1, 1, 0, absl::OkStatus());
  Send(1, 1, "+ACK", 2.1);
  ExpectOne("later than ack_wait");
}

TEST_F(DeliveryBookTest, NoPulseAfterTheDeadline) {
  Hand(1, 1, 0);
  Send(1, 1, "+WPI", 2.1);
  ExpectOne("later than ack_wait");
}

TEST_F(DeliveryBookTest, NothingTwice) {
  Hand(1, 1, 0);
  Handle(1, 1, 0, absl::OkStatus());
  Send(1, 1, "+ACK", 1);
  Send(1, 1, "+ACK", 1);
  ExpectOne("settled twice");
}

TEST_F(DeliveryBookTest, NothingThatItNeverGot) {
  Send(1, 1, "+ACK", 1);
  ExpectOne("settles what it never got");
}

TEST_F(DeliveryBookTest, NoNakAtOnceWithoutADrain) {
  Hand(1, 1, 0);
  Send(1, 1, "-NAK", 1);
  ExpectOne("does not drain");
}

TEST_F(DeliveryBookTest, NoTermWithoutADeadLetter) {
  Hand(1, 1, 0);
  Send(1, 1, "+TERM", 1);
  ExpectOne("before its dead letter");
}

TEST_F(DeliveryBookTest, NoSecondDeadLetter) {
  book().OnDead("a", "ann", 1);
  book().OnDead("a", "ann", 2);
  book().OnDead("a", "ann", 1);
  ExpectOne("has two dead letters");
}

TEST_F(DeliveryBookTest, NoCallAboveMaxAttempts) {
  Hand(1, 4, 0);
  Handle(1, 4, 0, absl::OkStatus());
  ExpectOne("attempt 4 of at most 3");
}

TEST_F(DeliveryBookTest, NoCallWithoutADelivery) {
  Hand(1, 1, 0);
  Handle(1, 1, 0, absl::OkStatus());
  Handle(1, 1, 0, absl::OkStatus());
  ExpectOne("called once more");
}

TEST_F(DeliveryBookTest, NoCallOfAStaleDelivery) {
  Hand(1, 1, 0);
  Handle(1, 1, 2.1, absl::OkStatus());
  ExpectOne("begins after its deadline");
}

TEST_F(DeliveryBookTest, NoCallBeforeItsTime) {
  const std::string due = EncodeDelay(At(5));
  Hand(1, 1, 0, {{kDelayHeader, due}});
  Handle(1, 1, 0, absl::OkStatus());
  ExpectOne("before its time");
}

TEST_F(DeliveryBookTest, NoMoreJobsThanMaxJobs) {
  for (uint64_t sequence = 1; sequence <= 3; ++sequence) {
    Hand(sequence, 1, 0);
    book().OnCall(Id(sequence, 1), At(0));
  }
  ExpectOne("3 jobs at once");
}

TEST_F(DeliveryBookTest, NoJobAfterTheEnd) {
  Hand(1, 1, 0);
  book().OnCall(Id(1, 1), At(0));
  book().OnEnd(1);
  ExpectOne("1 jobs of actor ann run");
}

TEST_F(DeliveryBookTest, NothingIsForgotten) {
  Hand(1, 1, 0);
  Handle(1, 1, 0, absl::UnavailableError("no"));
  book().CheckDone("a", 1);
  ExpectOne("neither handled nor dead");
}

}  // namespace
}  // namespace walnats::simulation
