#include "walnats/event/event_checks.h"

#include <set>

namespace walnats::internal {
namespace {

static_assert(CheckName("order-placed", false) == Fault::kNone);
static_assert(CheckName("shop.order-placed", false) == Fault::kNameShape);
static_assert(CheckLimits({}) == Fault::kNone);

TEST(EventChecksTest, ChecksNames) {
  struct Case {
    std::string name;
    Fault fault;
  };
  const Case cases[] = {
      {"a", Fault::kNone},
      {"0", Fault::kNone},
      {"shop.order-placed", Fault::kNone},
      {"a-b-c.d.e2", Fault::kNone},
      {"walnats", Fault::kNone},
      {"walnatsx.a", Fault::kNone},
      {std::string(64, 'a'), Fault::kNone},
      {"", Fault::kNameLength},
      {std::string(65, 'a'), Fault::kNameLength},
      {"Shop", Fault::kNameShape},
      {"a..b", Fault::kNameShape},
      {".a", Fault::kNameShape},
      {"a.", Fault::kNameShape},
      {"a-", Fault::kNameShape},
      {"-a", Fault::kNameShape},
      {"a--b", Fault::kNameShape},
      {"a.-b", Fault::kNameShape},
      {"a-.b", Fault::kNameShape},
      {"a_b", Fault::kNameShape},
      {"a b", Fault::kNameShape},
      {"a.*", Fault::kNameShape},
      {"a.>", Fault::kNameShape},
      {"$js", Fault::kNameShape},
      {"\xc3\xbc", Fault::kNameShape},
      {std::string("a\0b", 3), Fault::kNameShape},
      {"walnats.a", Fault::kNameReserved},
      {"walnats-a", Fault::kNameReserved},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(CheckName(c.name, true), c.fault) << c.name;
  }
}

TEST(EventChecksTest, ChecksLimits) {
  struct Case {
    Limits limits;
    Fault fault;
  };
  const absl::Duration hour = absl::Hours(1);
  const absl::Duration short_time = absl::Milliseconds(99);
  const Case cases[] = {
      {{.age = absl::Milliseconds(100)}, Fault::kNone},
      {{.age = hour, .duplicates = hour}, Fault::kNone},
      {{.message_size = 0x7fffffff}, Fault::kNone},
      {{.replicas = 5}, Fault::kNone},
      {{.messages = 0}, Fault::kLimitNotPositive},
      {{.bytes = -1}, Fault::kLimitNotPositive},
      {{.message_size = 0}, Fault::kLimitNotPositive},
      {{.consumers = 0}, Fault::kLimitNotPositive},
      {{.per_subject = 0}, Fault::kLimitNotPositive},
      {{.age = absl::ZeroDuration()}, Fault::kLimitNotPositive},
      {{.age = -absl::InfiniteDuration()}, Fault::kLimitNotPositive},
      {{.age = short_time}, Fault::kAgeTooShort},
      {{.message_size = 0x80000000}, Fault::kMessageSizeTooLarge},
      {{.duplicates = short_time}, Fault::kDuplicatesTooShort},
      {{.duplicates = -hour}, Fault::kDuplicatesTooShort},
      {{.age = hour, .duplicates = 2 * hour}, Fault::kDuplicatesAboveAge},
      {{.replicas = 0}, Fault::kReplicas},
      {{.replicas = 6}, Fault::kReplicas},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(CheckLimits(c.limits), c.fault) << &c - cases;
  }
}

TEST(EventChecksTest, DescribesEveryFaultDifferently) {
  EXPECT_EQ(Describe(Fault::kNone), "");
  std::set<std::string_view> sentences;
  for (int fault = 1; fault <= static_cast<int>(Fault::kReplicas); ++fault) {
    const std::string_view sentence = Describe(static_cast<Fault>(fault));
    EXPECT_NE(sentence, "") << fault;
    EXPECT_TRUE(sentences.insert(sentence).second) << sentence;
  }
}

TEST(EventChecksTest, NamesTheEventAndWhatIsWrong) {
  EXPECT_EQ(CheckAndIntern("a..b", "", {}).status(),
            absl::InvalidArgumentError(
                "declare event \"a..b\": name must be kebab-case segments "
                "joined by single dots"));
  EXPECT_EQ(CheckAndIntern("a", std::string(4097, 'x'), {}).status(),
            absl::InvalidArgumentError(
                "declare event \"a\": description must have at most 4096 "
                "bytes"));
  EXPECT_EQ(CheckAndIntern("a", "", {.messages = 0}).status(),
            absl::InvalidArgumentError(
                "declare event \"a\": limits must be above zero"));
}

TEST(EventChecksTest, KeepsCopiesOfAllStrings) {
  std::string name = "kept.name";
  std::string description = "A description.";
  std::string tag = "ssd";
  absl::StatusOr<EventDeclaration> kept =
      CheckAndIntern(name, description, {.tags = {tag}});
  for (std::string* text : {&name, &description, &tag}) {
    text->assign(text->size(), '#');
  }
  ASSERT_TRUE(kept.ok()) << kept.status();
  EXPECT_EQ(kept->name, "kept.name");
  EXPECT_EQ(kept->description, "A description.");
  EXPECT_EQ(kept->limits.tags[0], "ssd");
  EXPECT_EQ(kept->limits.tags[1], "");
}

TEST(EventChecksTest, KeepsEqualStringsOnce) {
  const std::string one = "kept-once";
  const std::string two = "kept-once";
  EXPECT_EQ(CheckAndIntern(one, "", {})->name.data(),
            CheckAndIntern(two, "", {})->name.data());
}

}  // namespace
}  // namespace walnats::internal
