// The emit book against planted worlds: it must notice each broken promise, and
// must not cry otherwise.

#include "tests/simulation/emit_book.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/simulation/oracle.h"
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

}  // namespace
}  // namespace walnats::simulation
