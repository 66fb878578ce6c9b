#include "walnats/deadletter/stored_form.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "tests/deadletter/letters.h"

namespace walnats::internal {
namespace {

using ::testing::EndsWith;
using ::testing::StartsWith;

constexpr int64_t kNoLimit = std::numeric_limits<int64_t>::max();

v1::DeadLetter Read(const std::string& bytes) {
  v1::DeadLetter letter;
  EXPECT_TRUE(letter.ParseFromString(bytes));
  return letter;
}

v1::DeadLetter Large() {
  v1::DeadLetter letter = Letter(7);
  letter.set_body(std::string(1000, 'b'));
  v1::Header& header = *letter.add_headers();
  header.set_name("Color");
  header.set_value(std::string(1000, 'h'));
  letter.add_errors()->set_error(std::string(1000, 'e'));
  letter.set_error("first words " + std::string(1000, 'l'));
  return letter;
}

TEST(StoredFormTest, IsTheLetterIfThereIsRoom) {
  const v1::DeadLetter letter = Large();
  const std::string bytes = StoredForm(letter, kNoLimit);
  EXPECT_EQ(bytes, letter.SerializeAsString());
  EXPECT_EQ(StoredForm(letter, static_cast<int64_t>(bytes.size())), bytes);
}

TEST(StoredFormTest, LeavesOutTheBodyFirst) {
  const v1::DeadLetter letter = Large();
  const std::string bytes = StoredForm(letter, 3900);
  EXPECT_LE(bytes.size(), 3900u);
  v1::DeadLetter expected = letter;
  expected.clear_body();
  expected.set_body_left_out(true);
  EXPECT_EQ(Read(bytes).SerializeAsString(), expected.SerializeAsString());
}

TEST(StoredFormTest, LeavesOutNoMoreThanItMust) {
  struct Case {
    int64_t limit;
    int headers, errors;
    std::size_t error;
  };
  for (const Case& one : {Case{3200, 1, 1, 1012}, Case{2200, 0, 1, 1012},
                          Case{1200, 0, 0, 1012}, Case{400, 0, 0, 200}}) {
    SCOPED_TRACE(one.limit);
    const std::string bytes = StoredForm(Large(), one.limit);
    EXPECT_LE(static_cast<int64_t>(bytes.size()), one.limit);
    const v1::DeadLetter letter = Read(bytes);
    EXPECT_TRUE(letter.body_left_out());
    EXPECT_EQ(letter.headers_size(), one.headers);
    EXPECT_EQ(letter.errors_size(), one.errors);
    EXPECT_EQ(letter.error().size(), one.error);
    EXPECT_THAT(letter.error(), StartsWith("first words "));
    EXPECT_EQ(letter.sequence(), 7u);
  }
}

TEST(StoredFormTest, KeepsWhatNamesTheMessageWhateverTheLimit) {
  const v1::DeadLetter letter = Read(StoredForm(Large(), 1));
  EXPECT_EQ(letter.stream(), "shop-order");
  EXPECT_EQ(letter.actor(), "mailer");
  EXPECT_EQ(letter.sequence(), 7u);
}

TEST(StoredFormTest, CanBeReadWhateverTheTextsHold) {
  v1::DeadLetter letter = Letter(7);
  letter.set_error("cut \xE2\x82");
  letter.set_key("\xFF");
  letter.add_errors()->set_error("\xC0\xAF");
  letter.set_body("\xFF\x00");
  letter.add_headers()->set_value("\xFE");
  const v1::DeadLetter read = Read(StoredForm(letter, kNoLimit));
  EXPECT_EQ(read.error(), "cut \uFFFD\uFFFD");
  EXPECT_EQ(read.key(), "\uFFFD");
  EXPECT_EQ(read.errors(0).error(), "\uFFFD\uFFFD");
  EXPECT_EQ(read.body(), letter.body());
  EXPECT_EQ(read.headers(0).value(), "\xFE");
}

TEST(StoredFormTest, CutsNoCharacterInTwo) {
  v1::DeadLetter letter = Letter(7);
  // The euro sign's three bytes would be 199, 200 and 201.
  letter.set_error(std::string(198, 'x') + "\u20AC" + std::string(500, 'y'));
  const v1::DeadLetter read = Read(StoredForm(letter, 400));
  EXPECT_THAT(read.error(), EndsWith("x\uFFFD\uFFFD"));
}

TEST(ValidTextTest, KeepsWhatIsUtf8) {
  for (const std::string text :
       {"", "plain", "\u00E9\u20AC\U0001F600", "\u0800\uD7FF\uE000\uFFFF",
        "\U00010000\U0010FFFF"}) {
    EXPECT_EQ(ValidText(text), text);
  }
}

TEST(ValidTextTest, ReplacesEveryOtherByte) {
  struct Case {
    std::string_view text;
    std::string_view valid;
  };
  for (const Case& one : {
           Case{"a\x80z", "a\uFFFDz"},                  // a lone tail
           Case{"\xC3", "\uFFFD"},                      // cut short
           Case{"\xC1\x81", "\uFFFD\uFFFD"},            // too long
           Case{"\xE0\x9F\xBF", "\uFFFD\uFFFD\uFFFD"},  // the same
           Case{"\xED\xA0\x80", "\uFFFD\uFFFD\uFFFD"},  // a surrogate
           Case{"\xE2\x82z", "\uFFFD\uFFFDz"},          // cut by a letter
           Case{"\xF0\x8F\xBF\xBF", "\uFFFD\uFFFD\uFFFD\uFFFD"},
           Case{"\xF4\x90\x80\x80", "\uFFFD\uFFFD\uFFFD\uFFFD"},  // too high
           Case{"\xF5\xFF", "\uFFFD\uFFFD"},
       }) {
    EXPECT_EQ(ValidText(one.text), one.valid);
  }
}

}  // namespace
}  // namespace walnats::internal
