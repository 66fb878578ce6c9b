// The delivery book against planted worlds: it must notice each broken promise,
// and must not cry otherwise.

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

absl::Time At(double seconds) {
  return absl::FromUnixSeconds(1'000'000'000) + absl::Seconds(seconds);
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
