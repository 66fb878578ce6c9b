// What a handler learns of its message, and what it emits because of it.

#include "walnats/context.h"

#include "tests/actor/stage.h"

namespace walnats {
namespace {

using ::testing::ElementsAre;
using testing::kMailSent;
using testing::kParcelSent;
using testing::kPinged;
using testing::Published;
using testing::QuickRetries;
using ::testing::SizeIs;
using testing::Stage;

absl::StatusOr<transport::PubAck> Ack(const Published&) {
  return transport::PubAck{.stream = "mail-sent", .sequence = 1};
}

TEST(ContextTest, ShowsTheMessageAndItsPlace) {
  Stage stage;
  bool called = false;
  auto look = [&](const std::string& text, const Context& context) {
    called = true;
    EXPECT_EQ(text, "text");
    EXPECT_EQ(context.actor(), "mailer");
    EXPECT_EQ(context.event(), "parcel.sent");
    EXPECT_EQ(context.subject(), "parcel.sent.eu");
    EXPECT_EQ(context.stream(), "parcel-sent");
    EXPECT_EQ(context.sequence(), 7u);
    EXPECT_EQ(context.time(), absl::FromUnixSeconds(5));
    EXPECT_EQ(context.attempt(), 2);
    EXPECT_EQ(context.max_attempts(), 3);
    EXPECT_EQ(context.header("Color"), "red");
    EXPECT_EQ(context.header("color"), std::nullopt);
    EXPECT_EQ(context.trace(), "t1");
    EXPECT_GT(context.deadline(), stage.clock().Now());
    EXPECT_LT(context.deadline(), stage.clock().Now() + absl::Seconds(30));
    EXPECT_EQ(&context.clock(), &stage.clock());
  };
  stage.Run(Actor("mailer", kParcelSent, look, QuickRetries()));
  stage.Deliver({.body = "text",
                 .headers = {{kTraceHeader, "t1"}, {"Color", "red"}},
                 .sequence = 7,
                 .delivered = 2,
                 .time = absl::FromUnixSeconds(5),
                 .subject = "parcel.sent.eu"});
  EXPECT_TRUE(called);
}

TEST(ContextTest, HasNoTraceIfNoneCame) {
  Stage stage;
  std::optional<std::string> trace;
  stage.Run(Actor("mailer", kParcelSent,
                  [&](const std::string&, const Context& context) {
                    trace = context.trace();
                  }));
  stage.Deliver({.sequence = 7});
  EXPECT_EQ(trace, "");
}

// Emits `texts` as kMailSent, one after the other.
Actor Emitting(std::vector<std::string> texts, EmitOptions options = {}) {
  return Actor(
      "mailer", kParcelSent,
      [texts, options](const std::string&,
                       const Context& context) -> Task<absl::Status> {
        for (const std::string& text : texts) {
          const absl::StatusOr<Receipt> receipt =
              co_await context.Emit(kMailSent, text, options);
          if (!receipt.ok()) co_return receipt.status();
        }
        co_return absl::OkStatus();
      },
      QuickRetries());
}

std::vector<std::string> Ids(const Stage& stage) {
  std::vector<std::string> ids;
  for (const Published& published : stage.transport.published) {
    ids.push_back(published.message_id);
  }
  return ids;
}

TEST(ContextEmitTest, NamesItsMessagesAfterTheOneThatIsHandled) {
  Stage stage;
  stage.transport.on_publish = Ack;
  stage.Run(Emitting({"a", "b"}));
  stage.Deliver({.sequence = 7});
  EXPECT_THAT(Ids(stage), ElementsAre("parcel-sent.0.7.mailer.1",
                                      "parcel-sent.0.7.mailer.2"));
  EXPECT_THAT(stage.settled(), ElementsAre("ack 7"));
  EXPECT_EQ(stage.transport.published[0].subject, "mail-sent");
  EXPECT_EQ(stage.transport.published[0].body, "a");
}

TEST(ContextEmitTest, ARetryEmitsTheSameIds) {
  Stage stage;
  stage.Run(Emitting({"a", "b"}));
  stage.Deliver({.sequence = 7});
  stage.InLoop([&] { stage.transport.Answer(transport::PubAck{}); });
  stage.InLoop([&] { stage.transport.Answer(absl::UnavailableError("no")); });
  stage.transport.on_publish = Ack;
  stage.Deliver({.sequence = 7, .delivered = 2});
  EXPECT_THAT(
      Ids(stage),
      ElementsAre("parcel-sent.0.7.mailer.1", "parcel-sent.0.7.mailer.2",
                  "parcel-sent.0.7.mailer.1", "parcel-sent.0.7.mailer.2"));
  EXPECT_THAT(stage.settled(), ElementsAre("nak 7 1s", "ack 7"));
}

TEST(ContextEmitTest, PassesTheTraceOn) {
  Stage stage;
  stage.transport.on_publish = Ack;
  stage.Run(Emitting({"a"}));
  stage.Deliver({.headers = {{kTraceHeader, "t1"}}, .sequence = 7});
  stage.Deliver({.sequence = 8});
  ASSERT_THAT(stage.transport.published, SizeIs(2));
  EXPECT_EQ(stage.transport.published[0].header(kTraceHeader), "t1");
  EXPECT_EQ(stage.transport.published[1].header(kTraceHeader), std::nullopt);
}

TEST(ContextEmitTest, ItsOwnIdAndTraceGoFirst) {
  Stage stage;
  stage.transport.on_publish = Ack;
  stage.Run(Emitting({"a"}, {.id = "mine", .trace = "t2"}));
  stage.Deliver({.headers = {{kTraceHeader, "t1"}}, .sequence = 7});
  ASSERT_THAT(stage.transport.published, SizeIs(1));
  EXPECT_EQ(stage.transport.published[0].message_id, "mine");
  EXPECT_EQ(stage.transport.published[0].header(kTraceHeader), "t2");
}

TEST(ContextEmitTest, SendsNoIdForAnEventWithoutIds) {
  Stage stage;
  stage.transport.on_publish = Ack;
  auto ping = [](const std::string& text,
                 const Context& context) -> Task<absl::Status> {
    co_return (co_await context.Emit(kPinged, text)).status();
  };
  stage.Run(Actor("pinger", kParcelSent, ping));
  stage.Deliver({.sequence = 7});
  EXPECT_THAT(Ids(stage), ElementsAre(""));
}

TEST(ContextEmitTest, AFailedEmitIsRetriedWhateverItsCode) {
  for (absl::StatusCode code :
       {absl::StatusCode::kFailedPrecondition,
        absl::StatusCode::kResourceExhausted, absl::StatusCode::kAborted,
        absl::StatusCode::kUnavailable, absl::StatusCode::kUnknown}) {
    Stage stage;
    stage.transport.on_publish = [code](const Published&) {
      return absl::Status(code, "no");
    };
    stage.Run(Emitting({"a"}));
    stage.Deliver({.sequence = 7});
    EXPECT_THAT(stage.settled(), ElementsAre("nak 7 1s"));
  }
}

TEST(ContextEmitTest, AMessageThatCannotBeEncodedIsRetriedToo) {
  Stage stage;
  stage.Run(Emitting({std::string(testing::TextCodec::kBroken)}));
  stage.Deliver({.sequence = 7});
  EXPECT_THAT(stage.settled(), ElementsAre("nak 7 1s"));
}

}  // namespace
}  // namespace walnats
