// Which functions are handlers, and what their results become.

#include <boost/asio/io_context.hpp>

#include "tests/actor/stage.h"
#include "walnats/actor.h"

namespace walnats {
namespace {

using ::testing::ElementsAre;
using testing::kParcelSent;
using testing::Stage;
using Text = std::string;

// ---- shapes

template <class F>
constexpr bool kHandles = HandlerOf<F, Text>;

static_assert(kHandles<void (*)(const Text&)>);
static_assert(kHandles<absl::Status (*)(const Text&)>);
static_assert(kHandles<Task<void> (*)(const Text&)>);
static_assert(kHandles<Task<absl::Status> (*)(const Text&)>);
static_assert(kHandles<void (*)(const Text&, const Context&)>);
static_assert(kHandles<absl::Status (*)(const Text&, const Context&)>);
static_assert(kHandles<Task<void> (*)(Text, const Context&)>);
static_assert(kHandles<Task<absl::Status> (*)(const Text&, const Context&)>);
static_assert(kHandles<void (*)(Text)>);
static_assert(kHandles<void (*)(std::string_view)>);

static_assert(!kHandles<void (*)(Text&)>);
static_assert(!kHandles<void (*)(int)>);
static_assert(!kHandles<void (*)()>);
static_assert(!kHandles<int (*)(const Text&)>);
static_assert(!kHandles<bool (*)(const Text&, const Context&)>);
static_assert(!kHandles<Task<int> (*)(const Text&)>);
static_assert(!kHandles<void (*)(const Context&, const Text&)>);
static_assert(!kHandles<void (*)(const Text&, Context&)>);

struct MayChangeItself {
  void operator()(const Text&) {}
};
static_assert(!kHandles<MayChangeItself>);

// ---- results

template <class H>
std::vector<std::string> SettledBy(H handler) {
  Stage stage;
  stage.Run(Actor("mailer", kParcelSent, handler, testing::QuickRetries()));
  stage.Deliver({.body = "text", .sequence = 7});
  return stage.settled();
}

TEST(HandlerTest, VoidIsOk) {
  EXPECT_THAT(SettledBy([](const Text&) {}), ElementsAre("ack 7"));
  EXPECT_THAT(SettledBy([](const Text&, const Context&) {}),
              ElementsAre("ack 7"));
  EXPECT_THAT(SettledBy([](const Text&) -> Task<void> { co_return; }),
              ElementsAre("ack 7"));
}

TEST(HandlerTest, AStatusIsTheOutcome) {
  const auto bad = [] { return absl::InvalidArgumentError("bad"); };
  EXPECT_THAT(SettledBy([=](const Text&) { return bad(); }),
              ElementsAre("term 7 bad"));
  EXPECT_THAT(SettledBy([=](const Text&, const Context&) { return bad(); }),
              ElementsAre("term 7 bad"));
  EXPECT_THAT(
      SettledBy([=](const Text&) -> Task<absl::Status> { co_return bad(); }),
      ElementsAre("term 7 bad"));
}

TEST(HandlerTest, TakesTheMessageByValueToo) {
  EXPECT_THAT(
      SettledBy([](Text text, const Context& context) -> Task<absl::Status> {
        co_await context.clock().Sleep(absl::ZeroDuration());
        co_return text == "text" ? absl::OkStatus() : absl::DataLossError(text);
      }),
      ElementsAre("ack 7"));
}

TEST(ActorTest, CopiesShareTheirHandler) {
  const Actor actor = testing::Returning(absl::OkStatus());
  const Actor copy = actor;
  EXPECT_EQ(copy.handler(), actor.handler());
  EXPECT_EQ(copy.name(), "mailer");
  EXPECT_EQ(copy.event().name(), "parcel.sent");
  EXPECT_EQ(copy.options().retry.max_attempts, 3);
}

TEST(StartTest, SaysWhereANewActorBegins) {
  EXPECT_EQ(Start::All().kind(), Start::Kind::kAll);
  EXPECT_EQ(Start::New().kind(), Start::Kind::kNew);
  EXPECT_EQ(Start::At(7).kind(), Start::Kind::kSequence);
  EXPECT_EQ(Start::At(7).sequence(), 7u);
  EXPECT_EQ(Start::Since(absl::UnixEpoch()).kind(), Start::Kind::kTime);
  EXPECT_EQ(Start::Since(absl::UnixEpoch()).time(), absl::UnixEpoch());
}

}  // namespace
}  // namespace walnats
