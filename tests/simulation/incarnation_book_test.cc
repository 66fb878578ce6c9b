// The incarnation book, and what the others make of a stream that was made
// again, against planted worlds.

#include "tests/simulation/incarnation_book.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/simulation/oracle.h"
#include "walnats/actor/origin.h"
#include "walnats/base/strings.h"
#include "walnats/deadletter/proto_time.h"
#include "walnats/transport/owned_message.h"

namespace walnats::simulation {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

absl::Time At(double seconds) {
  return absl::FromUnixSeconds(1'000'000'000) + absl::Seconds(seconds);
}

// Stream "a" is made at seconds 0 and 10.
class IncarnationBookTest : public ::testing::Test {
 protected:
  IncarnationBookTest() {
    oracle_.incarnations().OnMade("a", At(0));
    oracle_.incarnations().OnMade("a", At(10));
    for (const bool keyed : {false, true}) {
      const ActorRule rule{.stream = "a",
                           .actor = keyed ? "kim" : "ann",
                           .ack_wait = absl::Seconds(2),
                           .max_attempts = 3,
                           .max_jobs = 2,
                           .keyed = keyed,
                           .parks = keyed};
      oracle_.deliveries().Declare(rule);
      if (keyed) oracle_.keys().Declare(rule);
      if (keyed) oracle_.parked().Declare(rule);
    }
  }
  IncarnationBook& book() { return oracle_.remade(); }

  // Asks and is answered that the stream was made then.
  void Tell(double created, double now, double answer_by = 1000) {
    book().OnSent(
        1, {.subject = "$JS.API.STREAM.INFO.a", .body = "", .reply = "inbox.1"},
        At(now), At(answer_by));
    const std::string answer = Cat(
        R"({"config":{"name":"a"},"created":")",
        absl::FormatTime(absl::RFC3339_full, At(created), absl::UTCTimeZone()),
        R"(","state":{}})");
    book().OnHanded(1, transport::OwnedMessage("inbox.1", "", {}, answer),
                    At(now));
  }
  // Client 1 works on the stream of second 0.
  void Start() {
    Tell(0, 1);
    book().OnReady(1);
  }
  // Message 5, stored at `stored`.
  static std::string Reply(double stored, std::string_view actor = "ann") {
    return Cat("$JS.ACK.a.", actor, ".1.5.5.", absl::ToUnixNanos(At(stored)),
               ".0");
  }
  void Ack(double stored, double now) {
    book().OnSent(1, {.subject = Reply(stored), .body = "+ACK", .reply = {}},
                  At(now), At(now));
  }
  void Call(double stored, double believed) {
    const CallId call{
        .client = 1,
        .stream = "a",
        .actor = "ann",
        .sequence = 5,
        .attempt = 1,
        .incarnation = oracle_.incarnations().At("a", At(stored))};
    book().OnCall(call, Cat("a.", absl::ToUnixNanos(At(believed)), ".5.ann"));
  }
  static v1::DeadLetter Letter(double stored, double created,
                               std::string_view actor = "ann") {
    v1::DeadLetter letter;
    letter.set_stream("a");
    letter.set_actor(std::string(actor));
    letter.set_sequence(5);
    letter.set_key("x");
    *letter.mutable_stored_at() = internal::ToProto(At(stored));
    *letter.mutable_stream_created() = internal::ToProto(At(created));
    return letter;
  }
  void ExpectOne(std::string_view violation) {
    EXPECT_THAT(oracle_.violations(),
                ElementsAre(HasSubstr(std::string(violation))));
  }

  Oracle oracle_;
};

TEST_F(IncarnationBookTest, IsContentWithOneThatStandsStill) {
  Start();
  Call(3, 0);
  Ack(3, 9);
  Ack(3, 11);  // it cannot know
  EXPECT_THAT(book().Untold(1), ElementsAre("a"));
  Tell(10, 12);
  EXPECT_THAT(book().Untold(1), IsEmpty());
  EXPECT_THAT(book().Told(1, At(12)), IsEmpty());
  EXPECT_THAT(book().Told(1, At(12.1)), ElementsAre("a"));
  EXPECT_THAT(oracle_.violations(), IsEmpty());
}

TEST_F(IncarnationBookTest, IsContentWithOneThatStartsAfterwards) {
  Tell(0, 9);
  Tell(10, 11);
  book().OnReady(1);
  Tell(10, 12);
  Call(13, 10);
  Ack(13, 14);
  Call(3, 0);  // redriven
  book().OnLetter(Letter(13, 10));
  EXPECT_THAT(book().Untold(1), IsEmpty());
  EXPECT_THAT(oracle_.violations(), IsEmpty());
  EXPECT_EQ(book().calls(), 1);
}

TEST_F(IncarnationBookTest, NothingOfAnotherStreamIsHandledAsIfOfIts) {
  Start();
  Call(13, 0);
  ExpectOne("handles it as one of incarnation 0, it is of 1");
}

TEST_F(IncarnationBookTest, NothingIsSettledOnceItIsKnown) {
  Start();
  Tell(10, 12);
  Ack(3, 12);
  EXPECT_THAT(oracle_.violations(), IsEmpty());
  Ack(3, 12.1);
  ExpectOne("though it was told");
}

TEST_F(IncarnationBookTest, WhatCameOfTheNewStreamIsNotSettledEither) {
  Start();
  Tell(10, 12);
  Ack(11, 13);
  ExpectOne("though it was told");
}

TEST_F(IncarnationBookTest, AnAnswerThatComesTooLateTellsNothing) {
  Start();
  Tell(10, 12, 11);
  Ack(3, 13);
  EXPECT_THAT(book().Untold(1), ElementsAre("a"));
  EXPECT_THAT(oracle_.violations(), IsEmpty());
}

TEST_F(IncarnationBookTest, NoLetterNamesTheWrongStream) {
  book().OnLetter(Letter(13, 0));
  ExpectOne("as one of incarnation 0, it is of 1");
}

TEST_F(IncarnationBookTest, NoLetterNamesAStreamThatNeverWas) {
  book().OnLetter(Letter(3, 2));
  ExpectOne("as one of incarnation -1");
}

// ---- the others

TEST_F(IncarnationBookTest, WhatTheOldStreamHadDoneIsNotDoneInTheNewOne) {
  DeliveryBook& deliveries = oracle_.deliveries();
  for (uint64_t sequence = 1; sequence <= 5; ++sequence) {
    deliveries.OnDead("a", "ann", sequence, sequence < 5 ? 1 : 0);
    deliveries.OnDead("a", "kim", sequence, 1);
  }
  EXPECT_THAT(oracle_.violations(), IsEmpty());
  deliveries.CheckDone("a", 5);
  ExpectOne("a/ann, message 5: neither handled nor dead");
}

TEST_F(IncarnationBookTest, AnOkOfTheOldStreamAcksNothingOfTheNewOne) {
  DeliveryBook& deliveries = oracle_.deliveries();
  for (const double stored : {3, 13}) {
    deliveries.OnHanded(1, transport::OwnedMessage("a", Reply(stored), {}, "b"),
                        At(stored));
  }
  const CallId call{1, "a", "ann", 5, 1};
  deliveries.OnCall(call, At(4));
  deliveries.OnReturn(call, absl::OkStatus());
  deliveries.OnSent(1, Reply(3), "+ACK", At(4));
  EXPECT_THAT(oracle_.violations(), IsEmpty());
  deliveries.OnSent(1, Reply(13), "+ACK", At(14));
  ExpectOne("has not returned OK");
}

TEST_F(IncarnationBookTest, ALetterOfTheOldStreamTerminatesNothingOfTheNewOne) {
  DeliveryBook& deliveries = oracle_.deliveries();
  deliveries.OnHanded(1, transport::OwnedMessage("a", Reply(13), {}, "b"),
                      At(13));
  deliveries.OnDead("a", "ann", 5, 0);
  deliveries.OnSent(1, Reply(13), "+TERM", At(14));
  ExpectOne("before its dead letter");
}

TEST_F(IncarnationBookTest, ARedriveIsOfTheStreamOfItsLetter) {
  oracle_.redrives().OnLetter(7, Letter(3, 0));
  oracle_.redrives().OnLetter(8, Letter(13, 10));
  EXPECT_THAT(oracle_.violations(), IsEmpty());
  const internal::OriginHeaders origin({.subject = "a",
                                        .stream = "a",
                                        .sequence = 5,
                                        .time = At(13),
                                        .stream_created = At(10),
                                        .generation = 1,
                                        .letter = 7});
  oracle_.redrives().OnHanded(
      1, transport::OwnedMessage("walnats-redrive.s.ann.a.7",
                                 "$JS.ACK.walnats-redrive.s.1.1.1.1.0",
                                 origin.headers(), "body"));
  ExpectOne("not what letter 7 is");
}

TEST_F(IncarnationBookTest, OnlyLettersOfTheNewStreamHoldKeysBack) {
  ParkBook& parked = oracle_.parked();
  const CallId later{.client = 1,
                     .stream = "a",
                     .actor = "kim",
                     .sequence = 6,
                     .attempt = 1,
                     .incarnation = 1};
  parked.OnClient(1, At(14));
  parked.OnLetter(Letter(3, 0, "kim"), At(4));
  parked.OnCall(later, "x", At(15));
  EXPECT_THAT(oracle_.violations(), IsEmpty());
  parked.OnLetter(Letter(13, 10, "kim"), At(13));
  CallId old = later;
  old.incarnation = 0;
  old.sequence = 5;
  old.generation = 1;
  parked.OnReturn(old, "x", absl::OkStatus());  // it frees nothing
  parked.OnCall(later, "x", At(15));
  ExpectOne("while message 5 is parked");
}

TEST_F(IncarnationBookTest, OnlyMessagesOfOneStreamHaveAnOrder) {
  KeyBook& keys = oracle_.keys();
  keys.OnHanded(1, transport::OwnedMessage("a", Reply(13, "kim"), {}, "3"),
                At(13));
  CallId call{.client = 1,
              .stream = "a",
              .actor = "kim",
              .sequence = 6,
              .attempt = 1,
              .generation = 1};
  keys.OnCall(call, KeyOf("3"), At(13));
  keys.OnReturn(call, KeyOf("3"), absl::OkStatus());
  EXPECT_THAT(oracle_.violations(), IsEmpty());
  call.incarnation = 1;
  keys.OnCall(call, KeyOf("3"), At(13));
  ExpectOne("called before message 5");
}

TEST_F(IncarnationBookTest, AReceiptMayNameAMessageThatIsNoMore) {
  EmitBook& emits = oracle_.emits();
  transport::StoredMessage message;
  message.sequence = 5;
  message.body = "7";
  emits.OnBegin(7, "a", "");
  emits.OnEnd(7, Receipt{"a", 5});
  const EmitBook::Stream one{message};
  message.body = "8";
  emits.OnBegin(8, "a", "");
  emits.OnEnd(8, Receipt{"a", 5});
  const EmitBook::Stream other{message};
  const std::vector<EmitBook::Stream> both{one, other};
  emits.CheckStream({"a", absl::Seconds(3), false}, both);
  EXPECT_THAT(oracle_.violations(), IsEmpty());
  const std::vector<EmitBook::Stream> last{other};
  emits.CheckStream({"a", absl::Seconds(3), false}, last);
  ExpectOne("emit 7 returned OK with sequence 5 of stream a, which is another");
}

}  // namespace
}  // namespace walnats::simulation
