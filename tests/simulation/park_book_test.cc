// The park book against planted worlds.

#include "tests/simulation/park_book.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "walnats/base/strings.h"

namespace walnats::simulation {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

absl::Time At(double seconds) {
  return absl::FromUnixSeconds(1'000'000'000) + absl::Seconds(seconds);
}

class ParkBookTest : public ::testing::Test {
 protected:
  // Clients 1 and 2 run. Message 5 of key "x" dies at second 1; client 1 has
  // parked it.
  ParkBookTest() {
    book_.Declare(
        {.stream = "a", .actor = "ann", .ack_wait = absl::Seconds(2)});
    book_.OnClient(1, At(0));
    book_.OnClient(2, At(0));
    Die(5, 1);
    book_.OnSent(1, "$JS.ACK.a.ann.1.5.5.1000000000000000000.0", "+TERM no");
  }
  void Die(uint64_t sequence, double at) {
    v1::DeadLetter letter;
    letter.set_stream("a");
    letter.set_actor("ann");
    letter.set_sequence(sequence);
    letter.set_key("x");
    book_.OnLetter(letter, At(at));
  }
  void Handle(uint64_t client, uint64_t sequence, double at, int generation = 0,
              std::string_view key = "x") {
    const CallId call{client, "a", "ann", sequence, 1, generation};
    book_.OnCall(call, key, At(at));
    book_.OnReturn(call, key, absl::OkStatus());
  }
  void ExpectOne(std::string_view violation) {
    EXPECT_THAT(violations_, ElementsAre(HasSubstr(std::string(violation))));
  }

  std::vector<std::string> violations_;
  Incarnations incarnations_;
  ParkBook book_{violations_, incarnations_};
};

TEST_F(ParkBookTest, IsContentWithWhatIsRedrivenInOrder) {
  Die(6, 2);
  Handle(1, 4, 2);
  Handle(1, 7, 2, 0, "y");
  Handle(2, 7, 3);  // it has not heard of it
  Handle(1, 5, 4, 1);
  Handle(1, 6, 4, 1);
  Handle(1, 7, 4);
  EXPECT_THAT(violations_, IsEmpty());
}

TEST_F(ParkBookTest, NothingIsHandledByWhoHasParkedIt) {
  Handle(1, 6, 1);
  ExpectOne("while message 5 is parked");
}

TEST_F(ParkBookTest, TheDeadOneItselfIsNotHandledWithoutARedrive) {
  Handle(1, 5, 1);
  ExpectOne("message 5, generation 0");
}

TEST_F(ParkBookTest, WhoRunsHearsOfItSoon) {
  Handle(2, 6, 30);
  EXPECT_THAT(violations_, IsEmpty());
  Handle(2, 6, 31.1);
  ExpectOne("handled by client 2");
}

TEST_F(ParkBookTest, WhoBeginsLaterKnowsIt) {
  book_.OnClient(3, At(1.5));
  Handle(3, 6, 2);
  ExpectOne("handled by client 3");
}

TEST_F(ParkBookTest, NoRedriveOvertakesTheFirst) {
  Die(6, 1);
  Handle(1, 6, 2, 1);
  ExpectOne("message 6, generation 1");
}

}  // namespace
}  // namespace walnats::simulation
