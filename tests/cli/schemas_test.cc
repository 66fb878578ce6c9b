// The schemas that services store beside their streams when they register.

#include "tests/cli/command_fixture.h"
#include "walnats/v1/dead_letter.pb.h"

namespace walnats::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Any Protobuf message will do.
constexpr Event<v1::DeadLetterRecord> kRecorded("schemas.recorded");
constexpr TextEvent kWritten("schemas.recorded");

class SchemasTest : public CommandTest {
 protected:
  // Runs until it is registered, and drains; its warnings.
  std::vector<std::string> Register(const DeclaredEvent& event,
                                    RegisterOptions registration = {}) {
    ServicesOptions options = Options();
    options.registration = registration;
    Service service{.name = "shop", .emits = {event}};
    const Running& shop = Start(std::move(service), options);
    Stop();
    return shop.health().warnings;
  }
  // Of the bucket; 0 if there is none.
  uint64_t Writes() {
    const auto info = Await(raw().GetStream("KV_walnats-schemas"));
    return info.ok() ? info->last_sequence : 0;
  }
};
INSTANTIATE_TEST_SUITE_P(Servers, SchemasTest, Servers(), ServerName);

TEST_P(SchemasTest, AreStoredWhenTheyDifferOnly) {
  EXPECT_THAT(Register(kRecorded), IsEmpty());
  EXPECT_EQ(Writes(), 1u);
  EXPECT_THAT(Register(kRecorded), IsEmpty());
  EXPECT_EQ(Writes(), 1u);
  Register(kWritten, {.update = false});
  EXPECT_EQ(Writes(), 1u);
  Register(kWritten);
  EXPECT_EQ(Writes(), 2u);
}

TEST_P(SchemasTest, AreNotMadeWithoutCreate) {
  transport::StreamConfig stream;
  stream.name = "schemas-recorded";
  stream.subjects = {"schemas.recorded"};
  ASSERT_TRUE(Await(raw().CreateStream(stream)).ok());
  EXPECT_THAT(Register(kRecorded, {.create = false}), IsEmpty());
  EXPECT_EQ(Await(raw().GetStream("KV_walnats-schemas")).status().code(),
            absl::StatusCode::kNotFound);
}

TEST_P(SchemasTest, ThatCannotBeStoredAreAWarning) {
  transport::StreamConfig narrow;
  narrow.name = "KV_walnats-schemas";
  narrow.subjects = {"$KV.walnats-schemas.>"};
  narrow.max_messages_per_subject = 1;
  narrow.max_message_size = 1;
  ASSERT_TRUE(Await(raw().CreateStream(narrow)).ok());
  EXPECT_THAT(
      Register(kRecorded),
      ElementsAre(HasSubstr("store the schema of event \"schemas.recorded\"")));
}

}  // namespace
}  // namespace walnats::testing
