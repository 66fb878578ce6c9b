#include "walnats/middleware.h"

#include <stdexcept>

#include "tests/actor/stage.h"
#include "walnats/base/strings.h"

namespace walnats {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::kParcelSent;
using testing::QuickRetries;
using testing::Returning;
using testing::Stage;

using Lines = std::vector<std::string>;

// Writes down `name` before and after the rest.
Middleware Noting(std::string name, Lines& lines) {
  return [name = std::move(name), &lines](const Context&,
                                          Next next) -> Task<absl::Status> {
    lines.push_back(name + " before");
    absl::Status status = co_await next();
    lines.push_back(
        Cat(name, " after ", absl::StatusCodeToString(status.code())));
    co_return status;
  };
}

Actor Handling(Lines& lines, absl::Status status = absl::OkStatus()) {
  return Actor(
      "mailer", kParcelSent,
      [&lines, status](const std::string& text,
                       const Context& context) -> Task<absl::Status> {
        co_await context.clock().Sleep(absl::Seconds(1));
        lines.push_back("handler " + text);
        co_return status;
      },
      QuickRetries());
}

// What becomes of a message "text" of sequence 7.
Lines SettledBy(const Actor& actor) {
  Stage stage;
  stage.Run(actor);
  stage.Deliver({.body = "text", .sequence = 7});
  stage.clock().Advance(absl::Seconds(5));
  return stage.settled();
}

TEST(MiddlewareTest, TheFirstIsTheOutermost) {
  Lines lines;
  const Actor actor =
      WithMiddleware(Handling(lines, absl::UnavailableError("no")),
                     {Noting("a", lines), Noting("b", lines)});
  EXPECT_THAT(SettledBy(actor), ElementsAre("nak 7 1s"));
  EXPECT_THAT(lines, ElementsAre("a before", "b before", "handler text",
                                 "b after UNAVAILABLE", "a after UNAVAILABLE"));
}

TEST(MiddlewareTest, LeavesTheRestOfTheActorAlone) {
  Lines lines;
  const Actor plain = Returning(absl::OkStatus());
  const Actor actor = WithMiddleware(plain, {Noting("a", lines)});
  EXPECT_EQ(actor.name(), plain.name());
  EXPECT_EQ(actor.event().name(), plain.event().name());
  EXPECT_EQ(actor.options().retry.max_attempts, 3);
  EXPECT_EQ(actor.handler()->schema(), "test.Text");
  EXPECT_TRUE(plain.handler()->plain());
  EXPECT_FALSE(actor.handler()->plain());
}

TEST(MiddlewareTest, MayReplaceTheStatus) {
  Lines lines;
  const Middleware forgive = [](const Context&,
                                Next next) -> Task<absl::Status> {
    const absl::Status status = co_await next();
    co_return absl::IsNotFound(status) ? absl::OkStatus() : status;
  };
  EXPECT_THAT(SettledBy(WithMiddleware(Handling(lines, absl::NotFoundError("")),
                                       {forgive})),
              ElementsAre("ack 7"));
}

TEST(MiddlewareTest, MaySkipTheHandler) {
  Lines lines;
  const Middleware refuse = [](const Context&, Next) -> Task<absl::Status> {
    co_return absl::InvalidArgumentError("refused");
  };
  EXPECT_THAT(SettledBy(WithMiddleware(Handling(lines),
                                       {refuse, Noting("inner", lines)})),
              ElementsAre("term 7 refused"));
  EXPECT_THAT(lines, IsEmpty());
}

TEST(MiddlewareTest, MayCallTheHandlerAgain) {
  Lines lines;
  const Middleware twice = [](const Context&, Next next) -> Task<absl::Status> {
    const Next copy = next;
    (co_await next()).IgnoreError();
    co_return co_await copy();
  };
  EXPECT_THAT(
      SettledBy(WithMiddleware(Handling(lines), {twice, Noting("b", lines)})),
      ElementsAre("ack 7"));
  EXPECT_THAT(lines, ElementsAre("b before", "handler text", "b after OK",
                                 "b before", "handler text", "b after OK"));
}

TEST(MiddlewareTest, SurroundsAPlainHandlerToo) {
  Lines lines;
  int calls = 0;
  EXPECT_THAT(
      SettledBy(WithMiddleware(Returning(absl::DataLossError("bad"), &calls),
                               {Noting("a", lines)})),
      ElementsAre("term 7 bad"));
  EXPECT_EQ(calls, 1);
  EXPECT_THAT(lines, ElementsAre("a before", "a after DATA_LOSS"));
}

TEST(MiddlewareTest, LetsExceptionsThrough) {
  for (const bool plain : {true, false}) {
    Lines lines;
    auto throw_plain = [](const std::string&) {
      throw std::runtime_error("boom");
    };
    auto throw_later = [](const std::string&,
                          const Context& context) -> Task<void> {
      co_await context.clock().Sleep(absl::Seconds(1));
      throw std::runtime_error("boom");
    };
    const Middleware note = [&](const Context&,
                                Next next) -> Task<absl::Status> {
      try {
        co_return co_await next();
      } catch (const std::runtime_error& error) {
        lines.push_back(error.what());
        throw;
      }
    };
    const Actor actor =
        plain ? Actor("mailer", kParcelSent, throw_plain, QuickRetries())
              : Actor("mailer", kParcelSent, throw_later, QuickRetries());
    EXPECT_THAT(SettledBy(WithMiddleware(actor, {note})),
                ElementsAre("nak 7 1s"));
    EXPECT_THAT(lines, ElementsAre("boom"));
  }
}

TEST(MiddlewareTest, SeesTheContext) {
  Lines lines;
  const Middleware look = [&](const Context& context,
                              Next next) -> Task<absl::Status> {
    lines.push_back(Cat(context.actor(), " ", context.sequence()));
    const absl::Time start = context.clock().Now();
    const absl::Status status = co_await next();
    lines.push_back(absl::FormatDuration(context.clock().Now() - start));
    co_return status;
  };
  EXPECT_THAT(SettledBy(WithMiddleware(Handling(lines), {look})),
              ElementsAre("ack 7"));
  EXPECT_THAT(lines, ElementsAre("mailer 7", "handler text", "1s"));
}

TEST(MiddlewareTest, NeverSeesWhatCannotBeDecoded) {
  Lines lines;
  Stage stage;
  stage.Run(WithMiddleware(Handling(lines), {Noting("a", lines)}));
  stage.Deliver(
      {.body = std::string(testing::TextCodec::kBroken), .sequence = 7});
  EXPECT_THAT(stage.settled(), ElementsAre("term 7 broken bytes"));
  EXPECT_THAT(lines, IsEmpty());
}

TEST(MiddlewareTest, AnEmptyChainChangesNothing) {
  Lines lines;
  EXPECT_THAT(SettledBy(WithMiddleware(Handling(lines), {})),
              ElementsAre("ack 7"));
  EXPECT_THAT(lines, ElementsAre("handler text"));
}

TEST(MiddlewareTest, ChainsMayBeNested) {
  Lines lines;
  const Actor inner = WithMiddleware(Handling(lines), {Noting("b", lines)});
  EXPECT_THAT(SettledBy(WithMiddleware(inner, {Noting("a", lines)})),
              ElementsAre("ack 7"));
  EXPECT_THAT(lines, ElementsAre("a before", "b before", "handler text",
                                 "b after OK", "a after OK"));
}

}  // namespace
}  // namespace walnats
