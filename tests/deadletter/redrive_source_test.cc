// What the receiver of a redrive does when something is in its way.

#include <boost/asio/io_context.hpp>

#include "tests/deadletter/redrive_fixture.h"
#include "walnats/runtime/spawn.h"
#include "walnats/services/lifecycle.h"
#include "walnats/services/pause.h"
#include "walnats/testing/fake_clock.h"
#include "walnats/transport/publication.h"

namespace walnats::testing {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class RedriveSourceTest : public RedriveFixture {
 protected:
  std::vector<Condition> Unroutable() {
    std::vector<Condition> found = harness().Health().conditions;
    std::erase_if(found, [](const Condition& one) {
      return one.kind != ConditionKind::kRedriveUnroutable;
    });
    return found;
  }

  transport::ConsumerInfo Durable() {
    const auto info =
        harness().server().model().GetConsumer("walnats-redrive", "shop");
    EXPECT_TRUE(info.ok());
    return info.ok() ? *info : transport::ConsumerInfo();
  }

  // The mailer, as another process would.
  void Pause(absl::Time until) {
    const walnats::internal::ClientCore::Work work =
        [&](transport::Transport& transport) -> Task<absl::Status> {
      co_return co_await walnats::internal::PauseActor(
          transport, harness().client(), "shop-order", "mailer", until);
    };
    EXPECT_THAT(harness().Run(harness().client().core()->Run(work)), IsOk());
    harness().Advance(absl::Seconds(20));
  }

  // Publishes as somebody else would.
  void Publish(std::string subject) {
    const walnats::internal::ClientCore::Work work =
        [&](transport::Transport& transport) -> Task<absl::Status> {
      const transport::Outgoing message{.subject = subject};
      const transport::Expect expect;
      co_return (co_await transport::PublishAndWait(transport, message, expect))
          .status();
    };
    EXPECT_THAT(harness().Run(harness().client().core()->Run(work)), IsOk());
  }
};

// Another process of the service "shop", with one actor, that runs for so long
// once the Harness has stopped.
class SecondProcess {
 public:
  SecondProcess(Harness& harness, Actor actor, absl::Duration run)
      : clock_(dynamic_cast<FakeClock&>(harness.clock())),
        services_({{.name = "shop", .actors = {std::move(actor)}}}),
        client_(std::make_shared<walnats::internal::ClientCore>(
            Borrowed(static_cast<boost::asio::io_context&>(
                clock_.executor().context())),
            Borrowed<Clock>(clock_))),
        lifecycle_(options_, services_, client_, clock_, [] {}) {
    client_->Allow(kOrder.name());
    Spawn(clock_.executor(), lifecycle_.Run(harness.server()),
          [this](const absl::Status&) { ended_ = true; });
    clock_.Advance(run);
  }
  ~SecondProcess() {
    lifecycle_.Stop();
    clock_.Advance(absl::Minutes(2));
    EXPECT_TRUE(ended_);
  }

 private:
  template <class T>
  static std::shared_ptr<T> Borrowed(T& object) {
    return std::shared_ptr<T>(std::shared_ptr<void>(), &object);
  }

  FakeClock& clock_;
  const ServicesOptions options_;
  const std::vector<Service> services_;
  const std::shared_ptr<walnats::internal::ClientCore> client_;
  walnats::internal::Lifecycle lifecycle_;
  bool ended_ = false;
};

INSTANTIATE_TEST_SUITE_P(Servers, RedriveSourceTest,
                         ::testing::Values(model::kOldest, model::kNewest),
                         [](const auto& server) {
                           return server.param == model::kOldest ? "Oldest"
                                                                 : "Newest";
                         });

TEST_P(RedriveSourceTest, DoesNotHandleAgainWhatWasSettledWithoutItsAck) {
  Kill(1);
  harness().DropAcks(1);
  Redrive();
  EXPECT_THAT(Handled(), ElementsAre("mailer o1"));
  EXPECT_THAT(Stored("walnats-redrive"), SizeIs(1));
  harness().Advance(absl::Minutes(1));
  EXPECT_THAT(Handled(), ElementsAre("mailer o1"));
  EXPECT_THAT(Stored("walnats-redrive"), IsEmpty());
  EXPECT_THAT(Records(), SizeIs(2));
}

TEST_P(RedriveSourceTest, KeepsWhatIsForAnActorThatIsNotHere) {
  Kill(1);
  v1::DeadLetter letter = *List().at(0).letter;
  letter.set_actor("ghost");
  StoreLetter(letter);
  Redrive();
  EXPECT_THAT(Handled(), ElementsAre("mailer o1"));
  ASSERT_THAT(Unroutable(), SizeIs(1));
  EXPECT_THAT(Unroutable()[0].object, HasSubstr("\"ghost\""));
  EXPECT_THAT(Unroutable()[0].detail, HasSubstr("dead letter 2 waits"));
  harness().Advance(absl::Hours(1));
  EXPECT_THAT(Stored("walnats-redrive"), SizeIs(1));
  EXPECT_THAT(Unroutable(), SizeIs(1));
  // However often it came, one note says so.
  EXPECT_THAT(Stored("walnats-dead", "walnats-dead-audit.2.deferred"),
              SizeIs(1));
  EXPECT_EQ(States(),
            std::vector({LetterState::kHandled, LetterState::kRedriven}));
}

TEST_P(RedriveSourceTest, SaysWhenNothingUnroutableComesAnyMore) {
  Kill(1);
  v1::DeadLetter letter = *List().at(0).letter;
  letter.set_actor("ghost");
  StoreLetter(letter);
  Redrive();
  ASSERT_THAT(Unroutable(), SizeIs(1));
  ASSERT_TRUE(
      harness().server().model().PurgeStream("walnats-redrive", {}).ok());
  harness().Advance(absl::Minutes(3));
  EXPECT_THAT(Unroutable(), IsEmpty());
}

// Another process of the service, with the actor that the first one lacks.
TEST_P(RedriveSourceTest, AnActorThatComesLaterHasAllItsAttempts) {
  actors_ = {{"mailer", {}}};
  Kill(1);
  v1::DeadLetter letter = *List().at(0).letter;
  letter.set_actor("biller");
  StoreLetter(letter);
  Redrive();
  // Far more deliveries than a message has attempts.
  harness().Advance(absl::Hours(1));
  ASSERT_THAT(Stored("walnats-redrive"), SizeIs(1));
  ASSERT_THAT(harness().Stop(), IsOk());
  seen_.clear();

  const SecondProcess second(harness(), MakeActor("biller"), absl::Minutes(2));
  // Besides the original, since it is new.
  EXPECT_THAT(seen_, UnorderedElementsAre(Field(&Seen::generation, 0),
                                          AllOf(Field(&Seen::generation, 1),
                                                Field(&Seen::attempt, 1))));
  EXPECT_THAT(Stored("walnats-redrive"), IsEmpty());
}

TEST_P(RedriveSourceTest, KeepsWhatNamesNoLetter) {
  harness();
  Publish("walnats-redrive.shop.mailer.shop-order.1");
  harness().Advance(absl::Hours(2));
  ASSERT_THAT(Unroutable(), SizeIs(1));
  EXPECT_THAT(Unroutable()[0].object, HasSubstr("service \"shop\""));
  EXPECT_THAT(Unroutable()[0].detail, HasSubstr("message 1"));
  EXPECT_THAT(Stored("walnats-redrive"), SizeIs(1));
  EXPECT_THAT(seen_, IsEmpty());
}

TEST_P(RedriveSourceTest, MakesItsDurableAgain) {
  Kill(2);
  Redrive({}, {.letters = {1}});
  ASSERT_TRUE(harness()
                  .server()
                  .model()
                  .DeleteConsumer("walnats-redrive", "shop")
                  .ok());
  harness().server().Pump();
  harness().Advance(absl::Minutes(2));
  Redrive();
  harness().Advance(absl::Minutes(2));
  EXPECT_THAT(Handled(), ElementsAre("mailer o1", "mailer o2"));
  EXPECT_THAT(harness().Health().conditions, IsEmpty());
}

TEST_P(RedriveSourceTest, WaitsAtLeastAsLongAsItsActors) {
  actors_[1].second.ack_wait = absl::Minutes(7);
  harness();
  EXPECT_EQ(Durable().config.ack_wait, absl::Minutes(7));
}

// Another process serves the new stream: what is redriven is left to it.
TEST_P(RedriveSourceTest, AnActorWhoseStreamWasMadeAgainKeepsNothing) {
  ActorOptions keyed;
  keyed.order = Order::kPerKey;
  keyed.key = [](const Note&) { return std::string_view("k"); };
  actors_ = {{"mailer", keyed}};
  Kill(2);
  model::Model& model = harness().server().model();
  const auto stream = model.GetStream("shop-order");
  ASSERT_TRUE(model.DeleteStream("shop-order").ok());
  harness().server().Pump();
  harness().Advance(absl::Seconds(1));
  Redrive({}, {.letters = {1}});  // waits, in doubt
  ASSERT_TRUE(model.CreateStream(stream->config).ok());
  harness().Advance(absl::Minutes(1));
  Redrive();
  ASSERT_THAT(Handled(), IsEmpty());
  const SecondProcess second(harness(), MakeActor("mailer", keyed),
                             absl::Minutes(1));
  EXPECT_THAT(Handled(), UnorderedElementsAre("mailer o1", "mailer o2"));
  EXPECT_THAT(seen_, Each(Field(&Seen::attempt, 1)));
  EXPECT_THAT(Stored("walnats-redrive"), IsEmpty());
}

// The process still has an actor of another stream, and asks for redrives.
TEST_P(RedriveSourceTest, AProcessWithAnActorThatHasGivenUpLetsOthersTake) {
  static constexpr NoteEvent kReturn("shop.return");
  more_ = {Actor("clerk", kReturn, [](const Note&) {})};
  Kill(1);
  model::Model& model = harness().server().model();
  const auto stream = model.GetStream("shop-order");
  ASSERT_TRUE(model.DeleteStream("shop-order").ok());
  harness().server().Pump();
  harness().Advance(absl::Seconds(1));
  ASSERT_TRUE(model.CreateStream(stream->config).ok());
  harness().Advance(absl::Minutes(1));
  Redrive();
  harness().Advance(absl::Minutes(1));
  ASSERT_THAT(Handled(), IsEmpty());
  const SecondProcess second(harness(), MakeActor("mailer"), absl::Minutes(1));
  EXPECT_THAT(Handled(), ElementsAre("mailer o1"));
}

TEST_P(RedriveSourceTest, BeingPutOffGivesNoMoreAttempts) {
  actors_ = {
      {"mailer", {.retry = {.max_attempts = 3, .delays = {absl::Minutes(1)}}}}};
  Kill(1);
  handle_ = [](std::string_view, std::string_view) {
    return absl::UnavailableError("busy");
  };
  Redrive();
  Pause(absl::InfiniteFuture());
  harness().Advance(absl::Minutes(5));
  EXPECT_THAT(seen_, SizeIs(1));
  Pause(absl::InfinitePast());
  harness().Advance(absl::Minutes(5));
  EXPECT_THAT(seen_,
              ElementsAre(Field(&Seen::attempt, 1), Field(&Seen::attempt, 2),
                          Field(&Seen::attempt, 3)));
  EXPECT_EQ(States(),
            std::vector({LetterState::kDeadAgain, LetterState::kDead}));
}

TEST_P(RedriveSourceTest, HandsBackAtADrainWhatWasNotStarted) {
  actors_ = {};
  more_ = {
      Actor("mailer", kOrder,
            [this](const Note&, const Context& context) -> Task<absl::Status> {
              if (fatal_) co_return absl::InvalidArgumentError("no such user");
              co_await context.clock().Sleep(absl::Seconds(10));
              co_return absl::OkStatus();
            },
            {.max_jobs = 1})};
  Kill(3);
  Redrive();
  EXPECT_EQ(Durable().ack_pending, 3);
  ASSERT_THAT(harness().Stop(), IsOk());
  EXPECT_THAT(Stored("walnats-redrive"), SizeIs(2));
  // Long before ack_wait has passed.
  const SecondProcess second(harness(), MakeActor("mailer"), absl::Seconds(1));
  EXPECT_THAT(seen_, SizeIs(2));
  EXPECT_THAT(Stored("walnats-redrive"), IsEmpty());
}

}  // namespace
}  // namespace walnats::testing
