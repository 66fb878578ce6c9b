#include "walnats/services/recovery.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <optional>

#include "tests/services/fake_server.h"
#include "tests/services/note.h"
#include "walnats/log.h"
#include "walnats/services/register_plan.h"
#include "walnats/testing/fake_clock.h"

namespace walnats::internal {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using testing::Fail;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using transport::DeliverPolicy;

constexpr NoteEvent kOrder("shop.order");

class NoDeadLetters final : public DeadSink {
 public:
  Task<absl::Status> Store(const v1::DeadLetter&) override {
    co_return absl::OkStatus();
  }
};

class RecoveryTest : public ::testing::Test {
 protected:
  RecoveryTest() {
    SetLogLevel(LogLevel::kOff);
    transport::StreamConfig stream;
    stream.name = "shop-order";
    server_.PutStream(stream);
    server_.PutConsumer("shop-order", declared_);
    created_ = server_.streams["shop-order"].created;
    runner_.Begin();
  }
  ~RecoveryTest() override {
    recovery_.Stop();
    clock_.Advance(absl::Seconds(10));
    SetLogLevel(LogLevel::kWarning);
  }

  void Watch(uint64_t floor) {
    recovery_.Watch(runner_, declared_, created_, floor);
  }
  void DeleteConsumer() { server_.consumers.clear(); }
  // What the flow says when it finds its consumer gone.
  void Miss() {
    server_.flow().Tell(transport::FlowEvent::kConsumerMissing, "deleted");
    clock_.Poll();
  }
  // Nothing without a consumer.
  std::optional<transport::ConsumerConfig> consumer() const {
    const auto found = server_.consumers.find({"shop-order", "mailer"});
    if (found == server_.consumers.end()) return std::nullopt;
    return found->second.config;
  }
  std::string problem() const { return runner_.Health().problem; }

  boost::asio::io_context io_;
  testing::FakeClock clock_{io_};
  testing::FakeServer server_{clock_};
  const Actor actor_{"mailer", kOrder, [](const Note&) {}};
  const transport::ConsumerConfig declared_ =
      ConsumerConfigOf(actor_, "shop", server_.info.features);
  absl::Time created_;
  Limiter jobs_{100};
  NoDeadLetters dead_;
  const std::vector<std::shared_ptr<Observer>> observers_;
  Conditions conditions_{clock_, observers_};
  ActorRunner runner_{
      ActorScope{
          actor_, "shop", "1",
          std::make_shared<ClientCore>(
              std::shared_ptr<boost::asio::io_context>(std::shared_ptr<void>(),
                                                       &io_),
              std::shared_ptr<const Clock>(std::shared_ptr<void>(), &clock_)),
          clock_},
      RunnerEnvironment{
          server_, clock_, jobs_, dead_, conditions_, observers_, {}, {}},
      [this] { recovery_.Recover(runner_); }};
  Recovery recovery_{server_, clock_};
};

TEST_F(RecoveryTest, MakesTheConsumerAgainAfterItsFloor) {
  Watch(7);
  DeleteConsumer();
  Miss();
  ASSERT_TRUE(consumer().has_value());
  EXPECT_EQ(consumer()->deliver, DeliverPolicy::kBySequence);
  EXPECT_EQ(consumer()->start_sequence, 8u);
  EXPECT_EQ(consumer()->filter_subjects, declared_.filter_subjects);
  EXPECT_EQ(server_.flow().restarts(), 1);
  EXPECT_EQ(problem(), "");
  EXPECT_TRUE(recovery_.idle());
}

TEST_F(RecoveryTest, MakesItAsDeclaredWhereNothingWasAcked) {
  Watch(0);
  DeleteConsumer();
  Miss();
  ASSERT_TRUE(consumer().has_value());
  EXPECT_EQ(consumer()->deliver, DeliverPolicy::kAll);
  EXPECT_EQ(server_.flow().restarts(), 1);
}

TEST_F(RecoveryTest, TakesTheConsumerThatAnotherProcessMadeAgain) {
  Watch(7);
  Miss();
  EXPECT_THAT(server_.calls, ElementsAre("get stream shop-order",
                                         "get consumer shop-order/mailer"));
  EXPECT_EQ(server_.flow().restarts(), 1);
}

TEST_F(RecoveryTest, TakesTheConsumerThatAppearsAtTheSameMoment) {
  Watch(7);
  DeleteConsumer();
  server_.before = [this](std::string_view call) {
    if (call.starts_with("create")) {
      server_.PutConsumer("shop-order", declared_);
    }
    return absl::OkStatus();
  };
  Miss();
  EXPECT_EQ(server_.flow().restarts(), 0);
  clock_.Advance(absl::Milliseconds(100));
  EXPECT_EQ(server_.flow().restarts(), 1);
  EXPECT_EQ(problem(), "");
}

TEST_F(RecoveryTest, RecoversOneThingOnce) {
  server_.latency = absl::Seconds(1);
  Watch(7);
  DeleteConsumer();
  Miss();
  Miss();
  clock_.Advance(absl::Seconds(5));
  EXPECT_EQ(server_.flow().restarts(), 1);
  EXPECT_EQ(server_.calls.size(), 3u);
  DeleteConsumer();
  Miss();
  clock_.Advance(absl::Seconds(5));
  EXPECT_EQ(server_.flow().restarts(), 2);
}

TEST_F(RecoveryTest, LeavesAStreamOfAnotherIncarnationToPeople) {
  Watch(7);
  DeleteConsumer();
  server_.streams["shop-order"].created += absl::Seconds(1);
  Miss();
  clock_.Advance(absl::Minutes(1));
  EXPECT_THAT(problem(), AllOf(HasSubstr("stream \"shop-order\" was deleted "
                                         "and made again"),
                               HasSubstr("restart the service")));
  EXPECT_THAT(server_.calls, ElementsAre("get stream shop-order"));
  EXPECT_EQ(server_.flow().restarts(), 0);
  EXPECT_TRUE(recovery_.idle());
}

TEST_F(RecoveryTest, AsksForAMissingStreamUntilItIsThere) {
  Watch(7);
  server_.before =
      Fail("get stream shop-order", absl::NotFoundError("no stream"), 8);
  DeleteConsumer();
  Miss();
  EXPECT_EQ(problem(), "NOT_FOUND: no stream");
  // 100 ms, doubled up to 5 s: the ninth question comes after 16.3 s.
  clock_.Advance(absl::Seconds(16));
  EXPECT_THAT(server_.calls.size(), 8u);
  EXPECT_EQ(server_.flow().restarts(), 0);
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(server_.flow().restarts(), 1);
  EXPECT_EQ(problem(), "");
}

TEST_F(RecoveryTest, EndsSoonAfterStop) {
  Watch(7);
  server_.before =
      Fail("get stream shop-order", absl::UnavailableError("down"));
  DeleteConsumer();
  Miss();
  clock_.Advance(absl::Seconds(30));
  EXPECT_FALSE(recovery_.idle());
  recovery_.Stop();
  clock_.Advance(absl::Seconds(5));
  EXPECT_TRUE(recovery_.idle());
  server_.calls.clear();
  Miss();
  clock_.Advance(absl::Minutes(1));
  EXPECT_THAT(server_.calls, IsEmpty());
  EXPECT_TRUE(recovery_.idle());
}

TEST_F(RecoveryTest, RefreshesTheFloorWhileTheActorWorks) {
  Watch(7);
  clock_.Advance(absl::Minutes(1));
  EXPECT_THAT(server_.calls, IsEmpty()) << "nothing was handled";
  server_.flow().Deliver({.body = "x", .sequence = 41});
  server_.consumers.at({"shop-order", "mailer"}).ack_floor_stream_sequence = 41;
  clock_.Advance(absl::Seconds(10));
  EXPECT_THAT(server_.TakeCalls(),
              ElementsAre("ack 41", "get consumer shop-order/mailer"));
  clock_.Advance(absl::Minutes(1));
  EXPECT_THAT(server_.TakeCalls(), IsEmpty()) << "nothing more was handled";
  DeleteConsumer();
  Miss();
  ASSERT_TRUE(consumer().has_value());
  EXPECT_EQ(consumer()->start_sequence, 42u);
}

TEST_F(RecoveryTest, FindsOutThatAStalledActorHasNoConsumer) {
  Watch(7);
  server_.flow().Tell(transport::FlowEvent::kStalled, "no heartbeat");
  clock_.Advance(absl::Seconds(10));
  EXPECT_THAT(server_.TakeCalls(),
              ElementsAre("get consumer shop-order/mailer"));
  EXPECT_EQ(server_.flow().restarts(), 0) << "it is there";
  DeleteConsumer();
  clock_.Advance(absl::Seconds(10));
  ASSERT_TRUE(consumer().has_value());
  EXPECT_EQ(consumer()->start_sequence, 8u);
  EXPECT_EQ(server_.flow().restarts(), 1);
}

TEST_F(RecoveryTest, AFloorThatCannotBeReadStays) {
  Watch(7);
  server_.flow().Deliver({.body = "x", .sequence = 41});
  server_.before =
      Fail("get consumer shop-order/mailer", absl::UnavailableError("down"), 2);
  clock_.Advance(absl::Seconds(25));
  // It is asked for again, for the floor is still unknown.
  clock_.Advance(absl::Seconds(10));
  EXPECT_EQ(server_.TakeCalls().size(), 1u + 3u);
  DeleteConsumer();
  Miss();
  ASSERT_TRUE(consumer().has_value());
  EXPECT_EQ(consumer()->start_sequence, 8u);
}

}  // namespace
}  // namespace walnats::internal
