// Guarantee 8: declarations and what the server has are brought in line, by
// any number of processes at once.

#include <gmock/gmock.h>

#include "tests/contract/guarantees_fixture.h"

namespace walnats::contract {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr TextEvent kBounded("parcel.sent", {.limits = {.messages = 100}});

class GuaranteesRegister : public Guarantees {
 protected:
  ServicesOptions Registering(bool create, bool update) const {
    ServicesOptions options = Options();
    options.registration = {.create = create, .update = update};
    return options;
  }
  // How Run ends when nothing can run.
  absl::Status Refused(Service service, const ServicesOptions& options) {
    Process& process = Launch(std::move(service), options);
    EXPECT_TRUE(Until([&] { return process.ended().has_value(); }));
    EXPECT_FALSE(process.ready());
    return process.ended().value_or(absl::OkStatus());
  }
};

INSTANTIATE_TEST_SUITE_P(, GuaranteesRegister, ::testing::ValuesIn(AllSides()),
                         SideName);

TEST_P(GuaranteesRegister, MakesWhatIsMissing) {
  StartMailer({.description = "Writes mails.", .max_ack_pending = 77});
  const transport::StreamConfig stream = Stream("parcel-sent").config;
  EXPECT_THAT(stream.subjects, Contains("parcel.sent"));
  EXPECT_EQ(stream.storage, Storage::kFile);
  EXPECT_EQ(stream.retention, Retention::kLimits);
  const transport::ConsumerConfig consumer = MailerInfo().config;
  EXPECT_TRUE(consumer.durable);
  EXPECT_EQ(consumer.max_ack_pending, 77);
  EXPECT_EQ(consumer.max_deliver, -1);
  EXPECT_EQ(consumer.ack, transport::AckPolicy::kExplicit);
  EXPECT_FALSE(consumer.filter_subjects.empty());
}

TEST_P(GuaranteesRegister, TwiceIsOnce) {
  Stop(StartMailer());
  const transport::StreamInfo stream = Stream("parcel-sent");
  const transport::ConsumerInfo consumer = MailerInfo();
  Process& again = StartMailer();
  EXPECT_THAT(again.health().warnings, IsEmpty());
  EXPECT_EQ(Stream("parcel-sent").created, stream.created);
  EXPECT_EQ(Stream("parcel-sent").config.raw, stream.config.raw);
  EXPECT_EQ(MailerInfo().created, consumer.created);
  EXPECT_EQ(MailerInfo().config.raw, consumer.config.raw);
}

TEST_P(GuaranteesRegister, ManyAtOnceAgree) {
  for (int i = 0; i < 5; ++i) {
    Launch({.name = "shop", .actors = {Mailer()}}, Options());
  }
  Process& last = StartMailer();
  EXPECT_TRUE(Until([&] { return last.health().ready(); }));
  EmitMany(10);
  ASSERT_TRUE(Until([&] { return Settled(10); }));
  EXPECT_EQ(attempts_.size(), 10U);
  EXPECT_EQ(Stream("parcel-sent").consumers, 1);
}

TEST_P(GuaranteesRegister, WithoutCreateNothingIsMade) {
  const absl::Status status =
      Refused({.name = "shop", .actors = {Mailer()}}, Registering(false, true));
  EXPECT_THAT(status, HasCode(absl::StatusCode::kNotFound));
  EXPECT_THAT(std::string(status.message()), HasSubstr("parcel-sent"));
  EXPECT_THAT(*Run(transport().ListStreams()), IsEmpty());
  Emitter();
  EXPECT_FALSE(
      Refused({.name = "shop", .actors = {Mailer()}}, Registering(false, true))
          .ok());
  EXPECT_EQ(Stream("parcel-sent").consumers, 0);
}

TEST_P(GuaranteesRegister, WithoutUpdateNothingIsChanged) {
  Stop(StartMailer({.max_ack_pending = 77}));
  const std::string stream = Stream("parcel-sent").config.raw;
  const std::string consumer = MailerInfo().config.raw;
  auto note = [](const std::string&) {};
  Process& other = Start(
      {.name = "shop",
       .actors = {Actor("mailer", kBounded, note, {.max_ack_pending = 88})}},
      Registering(true, false));
  EXPECT_EQ(other.health().warnings.size(), 2U);
  EXPECT_EQ(Stream("parcel-sent").config.raw, stream);
  EXPECT_EQ(Stream("parcel-sent").config.max_messages, std::nullopt);
  EXPECT_EQ(MailerInfo().config.raw, consumer);
  EXPECT_EQ(MailerInfo().config.max_ack_pending, 77);
}

TEST_P(GuaranteesRegister, OfTwoVersionsTheLastWins) {
  auto note = [](const std::string&) {};
  const Actor wide("mailer", kParcelSent, note, {.max_ack_pending = 88});
  const Actor narrow("mailer", kBounded, note, {.max_ack_pending = 77});
  Process& one = Start({.name = "shop", .actors = {wide}});
  EXPECT_EQ(MailerInfo().config.max_ack_pending, 88);
  Process& two = Start({.name = "shop", .actors = {narrow}});
  EXPECT_EQ(MailerInfo().config.max_ack_pending, 77);
  EXPECT_EQ(Stream("parcel-sent").config.max_messages, 100);
  EmitMany(2);
  ASSERT_TRUE(Until([&] { return Settled(2); }));
  Stop(one);
  Start({.name = "shop", .actors = {wide}});
  EXPECT_EQ(MailerInfo().config.max_ack_pending, 88);
  EXPECT_TRUE(two.health().ready()) << two.health().Describe();
}

TEST_P(GuaranteesRegister, KeepsWhatOthersHaveSet) {
  transport::StreamConfig theirs = StreamOf("parcel-sent", {"parcel.sent"});
  theirs.storage = Storage::kFile;
  theirs.retention = Retention::kInterest;
  theirs.deny_delete = true;
  MakeStream(theirs);
  Process& shop = StartMailer();
  EXPECT_THAT(shop.health().warnings, ElementsAre(HasSubstr("retention")));
  const transport::StreamConfig kept = Stream("parcel-sent").config;
  EXPECT_EQ(kept.retention, Retention::kInterest);
  EXPECT_TRUE(kept.deny_delete);
  EmitMany(1);
  EXPECT_TRUE(Until([&] { return Settled(1); }));
  EXPECT_TRUE(Until([&] { return Stream("parcel-sent").messages == 0; }));
}

TEST_P(GuaranteesRegister, NamesWhatCannotChange) {
  transport::StreamConfig theirs = StreamOf("parcel-sent", {"parcel.sent"});
  theirs.storage = Storage::kMemory;
  MakeStream(theirs);
  const absl::Status status =
      Refused({.name = "shop", .emits = {kParcelSent}}, Options());
  EXPECT_THAT(status, HasCode(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(std::string(status.message()), HasSubstr("storage"));
}

}  // namespace
}  // namespace walnats::contract
