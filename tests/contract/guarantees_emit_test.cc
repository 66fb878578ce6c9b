// Guarantee 1: what Ok of an emit says, and what its id is good for.

#include <gmock/gmock.h>

#include "tests/contract/guarantees_fixture.h"
#include "walnats/base/strings.h"
#include "walnats/runtime/spawn.h"

namespace walnats::contract {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::SizeIs;

class GuaranteesEmit : public Guarantees {
 protected:
  // Emits on its way; `results_` has what became of them.
  void Begin(const std::string& text, EmitOptions options = {}) {
    auto emit = [](Client client, std::string body,
                   EmitOptions how) -> Task<absl::Status> {
      const absl::StatusOr<Receipt> receipt =
          co_await client.Emit(kParcelSent, body, how);
      co_return receipt.status();
    };
    ++begun_;
    Spawn(clock().executor(), emit(Emitter().client(), text, options),
          [this](absl::Status status) { results_.push_back(status); });
  }
  bool AllEnded() { return static_cast<int>(results_.size()) == begun_; }

  int begun_ = 0;
  std::vector<absl::Status> results_;
};

INSTANTIATE_TEST_SUITE_P(, GuaranteesEmit, ::testing::ValuesIn(AllSides()),
                         SideName);

TEST_P(GuaranteesEmit, OkMeansStored) {
  const auto receipt = Emit(Emitter(), kParcelSent, "one");
  ASSERT_THAT(receipt, IsOk());
  EXPECT_EQ(receipt->stream, "parcel-sent");
  EXPECT_EQ(receipt->sequence, 1U);
  EXPECT_FALSE(receipt->duplicate);
  transport::GetOptions first;
  first.sequence = 1;
  const auto stored = Run(transport().GetMessage("parcel-sent", first));
  ASSERT_THAT(stored, IsOk());
  EXPECT_EQ(stored->subject, "parcel.sent");
  EXPECT_EQ(stored->body, "one");
}

TEST_P(GuaranteesEmit, TheSameIdIsStoredOnce) {
  ASSERT_THAT(Emit(Emitter(), kParcelSent, "one", {.id = "a"}), IsOk());
  const auto again = Emit(Emitter(), kParcelSent, "other", {.id = "a"});
  ASSERT_THAT(again, IsOk());
  EXPECT_TRUE(again->duplicate);
  EXPECT_EQ(again->sequence, 1U);
  EXPECT_EQ(Stream("parcel-sent").messages, 1U);
  EXPECT_EQ(Emitter().health().events.at(0).duplicates, 1);
}

TEST_P(GuaranteesEmit, WithoutAnIdEachIsAnother) {
  for (int i = 0; i < 3; ++i) {
    ASSERT_THAT(Emit(Emitter(), kParcelSent, "one"), IsOk());
  }
  EXPECT_EQ(Stream("parcel-sent").messages, 3U);
}

TEST_P(GuaranteesEmit, EmitsOfOneAreStoredInTheirOrder) {
  for (int i = 0; i < 50; ++i) Begin(Cat(i));
  ASSERT_TRUE(Until([&] { return AllEnded(); }));
  EXPECT_THAT(results_, Each(IsOk()));
  for (int i = 0; i < 50; ++i) {
    transport::GetOptions at;
    at.sequence = i + 1;
    EXPECT_EQ(Run(transport().GetMessage("parcel-sent", at))->body, Cat(i));
  }
}

TEST_P(GuaranteesEmit, AnotherSequenceThanExpectedAborts) {
  ASSERT_THAT(Emit(Emitter(), kParcelSent, "1", {.expected_last_sequence = 0}),
              IsOk());
  EXPECT_THAT(Emit(Emitter(), kParcelSent, "2", {.expected_last_sequence = 0}),
              IsRefused(absl::StatusCode::kAborted, 10071));
  EXPECT_EQ(Stream("parcel-sent").messages, 1U);
}

// What was on its way when the server died is sent again with its id.
TEST_P(GuaranteesEmit, ALostAnswerIsAskedForAgainByTheId) {
  Emitter();
  for (int i = 0; i < 50; ++i) Begin(Cat(i));
  RestartServer(absl::Milliseconds(50));
  ASSERT_TRUE(Eventually([&] { return AllEnded(); })) << results_.size();
  EXPECT_THAT(results_, Each(IsOk()));
  EXPECT_EQ(Stream("parcel-sent").messages, 50U);
}

// Stored already, and only the answer is lost, or not: the id says which.
TEST_P(GuaranteesEmit, AnIdOutlivesTheServer) {
  ASSERT_THAT(Emit(Emitter(), kParcelSent, "one", {.id = "a"}), IsOk());
  RestartServer(absl::Milliseconds(50));
  const auto again = Emit(Emitter(), kParcelSent, "one", {.id = "a"});
  ASSERT_THAT(again, IsOk());
  EXPECT_TRUE(again->duplicate);
}

TEST_P(GuaranteesEmit, WhileTheServerIsAwayTheyWait) {
  Emitter();
  bool down = false;
  auto emit_when_down = [&]() -> Task<absl::Status> {
    while (Emitter().health().connected) {
      co_await clock().Sleep(absl::Milliseconds(2));
    }
    down = true;
    Begin("one");
    Begin("two", {.unsent_limit = absl::Milliseconds(50)});
    co_return absl::OkStatus();
  };
  Spawn(clock().executor(), emit_when_down(), [](absl::Status) {});
  RestartServer(absl::Milliseconds(400));
  ASSERT_TRUE(down);
  ASSERT_TRUE(Eventually([&] { return AllEnded(); }));
  EXPECT_THAT(results_,
              ElementsAre(HasCode(absl::StatusCode::kUnavailable), IsOk()));
  EXPECT_EQ(Stream("parcel-sent").messages, 1U);
}

TEST_P(GuaranteesEmit, WhatWasNotDeclaredIsRefused) {
  constexpr TextEvent kUnknown("never.declared");
  EXPECT_THAT(Emit(Emitter(), kUnknown, "one"),
              HasCode(absl::StatusCode::kFailedPrecondition));
}

TEST_P(GuaranteesEmit, AfterTheDrainNothingIsEmitted) {
  Process& shop = Start({.name = "shop", .emits = {kParcelSent}});
  Stop(shop);
  EXPECT_THAT(Emit(shop, kParcelSent, "one"),
              HasCode(absl::StatusCode::kFailedPrecondition));
  EXPECT_EQ(Stream("parcel-sent").messages, 0U);
}

// ---- delays

TEST_P(GuaranteesEmit, ADelayedEventWaits) {
  StartMailer();
  const absl::Time begin = clock().Now();
  ASSERT_THAT(
      Emit(Emitter(), kParcelSent, "later", {.delay = absl::Milliseconds(400)}),
      IsOk());
  ASSERT_THAT(Emit(Emitter(), kParcelSent, "now"), IsOk());
  ASSERT_TRUE(Until([&] { return Settled(2); }));
  EXPECT_THAT(Texts(), ElementsAre("now", "later"));
  EXPECT_GE(attempts_[1].time - begin, absl::Milliseconds(400));
}

// ---- emits of handlers

TEST_P(GuaranteesEmit, ARetriedHandlerEmitsOnce) {
  handle_ = [](const std::string& text,
               const Context& context) -> Task<absl::Status> {
    const absl::StatusOr<Receipt> receipt =
        co_await context.Emit(kMailSent, text);
    if (!receipt.ok()) co_return receipt.status();
    if (context.attempt() < 3) co_return absl::UnavailableError("busy");
    co_return absl::OkStatus();
  };
  const ActorOptions options{
      .retry = {.delays = {absl::Milliseconds(20)}, .jitter = 0}};
  Process& shop = Start(
      {.name = "shop", .emits = {kMailSent}, .actors = {Mailer(options)}});
  ASSERT_THAT(Emit(Emitter(), kParcelSent, "one", {.trace = "t-1"}), IsOk());
  ASSERT_TRUE(Until([&] { return Settled(1); }));
  EXPECT_THAT(Numbers(), ElementsAre(1, 2, 3));
  EXPECT_EQ(Stream("mail-sent").messages, 1U);
  transport::GetOptions first;
  first.sequence = 1;
  const auto mail = Run(transport().GetMessage("mail-sent", first));
  ASSERT_THAT(mail, IsOk());
  std::map<std::string, std::string> headers;
  for (const auto& header : mail->headers) headers[header.name] = header.value;
  EXPECT_THAT(headers["Nats-Msg-Id"],
              MatchesRegex("parcel-sent\\.[0-9]+\\.1\\.mailer\\.1"));
  EXPECT_EQ(headers["Walnats-Trace"], "t-1");
  EXPECT_THAT(shop.health().problem, IsEmpty());
}

}  // namespace
}  // namespace walnats::contract
