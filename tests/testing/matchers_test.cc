#include "walnats/testing/matchers.h"

#include <gtest/gtest.h>

#include <sstream>

#include "google/protobuf/wrappers.pb.h"
#include "tests/services/note.h"

namespace walnats::testing {
namespace {

using ::testing::_;
using ::testing::Field;
using ::testing::Gt;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StringMatchResultListener;

template <class M, class T>
std::string Explain(const M& matcher, const T& value) {
  StringMatchResultListener listener;
  ::testing::ExplainMatchResult(matcher, value, &listener);
  return listener.str();
}

TEST(StatusMatchersTest, TakeStatusAndStatusOr) {
  const absl::Status busy = absl::UnavailableError("busy at 10");
  const absl::StatusOr<int> seven = 7;
  const absl::StatusOr<int> none = busy;
  EXPECT_THAT(absl::OkStatus(), IsOk());
  EXPECT_THAT(seven, IsOk());
  EXPECT_THAT(busy, Not(IsOk()));
  EXPECT_THAT(none, Not(IsOk()));
  EXPECT_THAT(seven, IsOkAndHolds(7));
  EXPECT_THAT(seven, IsOkAndHolds(Gt(6)));
  EXPECT_THAT(seven, Not(IsOkAndHolds(8)));
  EXPECT_THAT(none, Not(IsOkAndHolds(_)));
  for (const absl::StatusCode other :
       {absl::StatusCode::kOk, absl::StatusCode::kInternal}) {
    EXPECT_THAT(busy, Not(StatusIs(other)));
  }
  EXPECT_THAT(busy, StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(none, StatusIs(absl::StatusCode::kUnavailable, "busy at 10"));
  EXPECT_THAT(none, StatusIs(absl::StatusCode::kUnavailable, HasSubstr("10")));
  EXPECT_THAT(none, Not(StatusIs(absl::StatusCode::kUnavailable, "busy")));
}

TEST(StatusMatchersTest, SayWhatTheStatusIs) {
  const absl::StatusOr<int> none = absl::UnavailableError("busy");
  EXPECT_EQ(Explain(IsOk(), none), "which is UNAVAILABLE: busy");
  EXPECT_EQ(Explain(IsOkAndHolds(7), none), "which is UNAVAILABLE: busy");
  EXPECT_EQ(::testing::DescribeMatcher<absl::Status>(
                StatusIs(absl::StatusCode::kAborted, HasSubstr("x"))),
            "has the code ABORTED and a message that has substring \"x\"");
}

TEST(StatusMatchersTest, KnowTheServersCode) {
  absl::Status refused = absl::AbortedError("wrong last sequence");
  EXPECT_THAT(refused, Not(HasServerCode(10071)));
  SetServerCode(refused, 10071);
  EXPECT_THAT(refused, HasServerCode(10071));
  EXPECT_THAT(refused, Not(HasServerCode(10070)));
}

Stored<Note> SomeStored() {
  Stored<Note> stored(transport::StoredMessage{
      .subject = "note",
      .sequence = 7,
      .time = absl::UnixEpoch(),
      .headers = {{"Nats-Msg-Id", "id-7"}, {"Walnats-Trace", "t"}},
      .body = "text"});
  stored.message = {"text"};
  return stored;
}

TEST(StoredMatchersTest, LookAtMessageAndHeaders) {
  const Stored<Note> stored = SomeStored();
  EXPECT_THAT(stored, MessageIs(Field(&Note::text, "text")));
  EXPECT_THAT(stored, Not(MessageIs(Field(&Note::text, "other"))));
  EXPECT_THAT(stored, HasId("id-7"));
  EXPECT_THAT(stored, Not(HasId("id-8")));
  EXPECT_THAT(stored, HasTrace("t"));
  EXPECT_THAT(stored, HasHeader("Walnats-Trace", "t"));
  EXPECT_THAT(stored, Not(HasHeader("Walnats-Trace", "u")));
  EXPECT_THAT(stored, Not(HasHeader("Other", _)));
  EXPECT_THAT(stored, HasSequence(7));
  EXPECT_THAT(stored, Not(HasSequence(Gt(7))));
}

TEST(StoredMatchersTest, WhatIsUndecodableIsNoMessage) {
  Stored<Note> stored = SomeStored();
  stored.decoded = absl::InternalError("no note");
  EXPECT_THAT(stored, Not(MessageIs(_)));
  EXPECT_EQ(::testing::PrintToString(stored),
            "message 7 at 1970-01-01T00:00:00+00:00, id id-7, undecodable: "
            "INTERNAL: no note");
}

TEST(ProtoMatcherTest, ComparesMessages) {
  google::protobuf::StringValue a, b;
  a.set_value("a");
  b.set_value("b");
  EXPECT_THAT(a, EqualsProto(a));
  EXPECT_THAT(a, Not(EqualsProto(b)));
}

TEST(AttemptMatchersTest, TellVerdictsApart) {
  Attempt handled;
  Attempt retried;
  retried.verdict = JobVerdict::kRetry;
  retried.status = absl::UnavailableError("busy");
  retried.delay = absl::Seconds(1);
  Attempt dead;
  dead.verdict = JobVerdict::kDead;
  dead.status = absl::DataLossError("bad");
  Attempt lost;
  lost.verdict = JobVerdict::kLost;
  EXPECT_THAT(handled, Handled());
  EXPECT_THAT(retried, Retried(StatusIs(absl::StatusCode::kUnavailable)));
  EXPECT_THAT(retried, Retried(_, absl::Seconds(1)));
  EXPECT_THAT(retried, Not(Retried(_, absl::Seconds(2))));
  EXPECT_THAT(retried, Not(Retried(IsOk())));
  EXPECT_THAT(dead, Dead(StatusIs(absl::StatusCode::kDataLoss)));
  EXPECT_THAT(dead, Not(Dead(IsOk())));
  EXPECT_THAT(lost, Lost());
  for (const Attempt& other : {retried, dead, lost}) {
    EXPECT_THAT(other, Not(Handled()));
  }
  for (const Attempt& other : {handled, dead, lost}) {
    EXPECT_THAT(other, Not(Retried(_)));
  }
  for (const Attempt& other : {handled, retried, lost}) {
    EXPECT_THAT(other, Not(Dead(_)));
  }
  for (const Attempt& other : {handled, retried, dead}) {
    EXPECT_THAT(other, Not(Lost()));
  }
}

TEST(AttemptMatchersTest, PrintWhatHappened) {
  Attempt attempt;
  attempt.actor = "mailer";
  attempt.event = "shop.order";
  attempt.sequence = 7;
  attempt.number = 2;
  attempt.time = absl::UnixEpoch();
  attempt.verdict = JobVerdict::kRetry;
  attempt.status = absl::UnavailableError("busy");
  attempt.delay = absl::Seconds(1);
  EXPECT_EQ(::testing::PrintToString(attempt),
            "attempt 2 of mailer at shop.order 7 at 1970-01-01T00:00:00+00:00: "
            "retried after 1s: UNAVAILABLE: busy");
}

TEST(DeadLetterMatchersTest, LookAtItsStatus) {
  DeadLetter letter;
  letter.status = absl::DataLossError("bad");
  EXPECT_THAT(letter, Dead(StatusIs(absl::StatusCode::kDataLoss)));
  EXPECT_THAT(letter, Not(Dead(StatusIs(absl::StatusCode::kAborted))));
}

}  // namespace
}  // namespace walnats::testing
