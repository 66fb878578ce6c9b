#include "walnats/services/registrar.h"

#include "tests/services/registrar_fixture.h"

namespace walnats::internal {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using testing::Fail;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::WithCode;

class RegistrarTest : public RegistrarFixture {};

TEST_F(RegistrarTest, CreatesWhatIsMissing) {
  const absl::Time now = clock_.Now();
  EXPECT_EQ(Register(), absl::OkStatus());
  EXPECT_THAT(server_.calls,
              ElementsAre("get stream shop-order", "create stream shop-order",
                          "get consumer shop-order/mailer",
                          "create consumer shop-order/mailer"));
  EXPECT_EQ(server_.streams["shop-order"].config.max_messages, 10);
  EXPECT_EQ(registrar_->created("shop-order"), now);
  EXPECT_THAT(registrar_->warnings(), IsEmpty());
}

TEST_F(RegistrarTest, LeavesAloneWhatIsEqual) {
  const absl::Time made = clock_.Now();
  PutBoth();
  server_.consumers.at({"shop-order", "mailer"}).ack_floor_stream_sequence = 7;
  clock_.Advance(absl::Hours(1));
  EXPECT_EQ(Register(), absl::OkStatus());
  EXPECT_THAT(server_.calls, ElementsAre("get stream shop-order",
                                         "get consumer shop-order/mailer"));
  EXPECT_EQ(registrar_->created("shop-order"), made);
  EXPECT_EQ(
      registrar_->consumer("shop-order", "mailer").ack_floor_stream_sequence,
      7u);
  EXPECT_THAT(registrar_->warnings(), IsEmpty());
}

TEST_F(RegistrarTest, StreamsComeBeforeConsumers) {
  constexpr static NoteEvent kMail("mail");
  services_.push_back({.name = "other", .emits = {kMail}});
  EXPECT_EQ(Register(), absl::OkStatus());
  EXPECT_THAT(server_.calls,
              ElementsAre("get stream mail", "create stream mail",
                          "get stream shop-order", "create stream shop-order",
                          "get consumer shop-order/mailer",
                          "create consumer shop-order/mailer"));
}

TEST_F(RegistrarTest, WithoutCreateAMissingStreamIsNotFound) {
  const absl::Status status = Register({.create = false});
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), HasSubstr("\"shop-order\""));
  EXPECT_EQ(ServerCode(status), 10059);
  EXPECT_THAT(server_.calls, ElementsAre("get stream shop-order"));
}

TEST_F(RegistrarTest, WithoutCreateAMissingConsumerIsNotFound) {
  server_.PutStream(Stream());
  const absl::Status status = Register({.create = false});
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr("\"shop-order\""), HasSubstr("\"mailer\"")));
  EXPECT_EQ(ServerCode(status), 10014);
}

TEST_F(RegistrarTest, AcceptsThatOthersCreateAtTheSameMoment) {
  server_.before = [this](std::string_view call) {
    if (call == "create stream shop-order") server_.PutStream(Stream());
    if (call == "create consumer shop-order/mailer") {
      server_.PutConsumer("shop-order", Consumer());
    }
    return absl::OkStatus();
  };
  EXPECT_EQ(Register(), absl::OkStatus());
  EXPECT_THAT(
      server_.calls,
      ElementsAre("get stream shop-order", "create stream shop-order",
                  "get stream shop-order", "get consumer shop-order/mailer",
                  "create consumer shop-order/mailer",
                  "get consumer shop-order/mailer"));
}

TEST_F(RegistrarTest, UpdatesWhatOthersCreatedDifferently) {
  server_.before = [this](std::string_view call) {
    if (call == "create stream shop-order") {
      transport::StreamConfig other = Stream();
      other.max_messages = 5;
      server_.PutStream(other);
    }
    return absl::OkStatus();
  };
  EXPECT_EQ(Register(), absl::OkStatus());
  EXPECT_THAT(server_.calls, Contains("update stream shop-order"));
  EXPECT_EQ(server_.streams["shop-order"].config.max_messages, 10);
}

TEST_F(RegistrarTest, AsksAgainWhenAnAnswerWasLost) {
  server_.after = Fail("create stream shop-order",
                       absl::DeadlineExceededError("no answer"));
  EXPECT_EQ(Register(), absl::OkStatus());
  EXPECT_THAT(
      server_.calls,
      ElementsAre("get stream shop-order", "create stream shop-order",
                  "get stream shop-order", "get consumer shop-order/mailer",
                  "create consumer shop-order/mailer"));
}

TEST_F(RegistrarTest, WaitsOutElections) {
  server_.before = Fail("get consumer shop-order/mailer",
                        absl::UnavailableError("no leader"), 4);
  EXPECT_EQ(Register(), absl::OkStatus());
  EXPECT_EQ(taken_, absl::Milliseconds(50 + 100 + 200 + 400));
}

TEST_F(RegistrarTest, ItsPatienceEnds) {
  server_.before = Fail("get stream shop-order",
                        absl::UnavailableError("stream \"shop-order\": down"));
  EXPECT_EQ(Register(), absl::UnavailableError("stream \"shop-order\": down"));
  EXPECT_GT(taken_, absl::Seconds(15));
  EXPECT_LE(taken_, absl::Seconds(30));
}

TEST_F(RegistrarTest, OtherRefusalsEndItAtOnce) {
  const absl::Status full = WithCode(
      absl::ResourceExhaustedError("stream \"shop-order\": no room"), 10047);
  server_.before = Fail("create stream shop-order", full);
  EXPECT_EQ(Register(), full);
  EXPECT_EQ(taken_, absl::ZeroDuration());
  EXPECT_THAT(server_.calls, Not(Contains(HasSubstr("consumer"))));
}

TEST_F(RegistrarTest, ReportsWhatAnOldServerDropsFromACreation) {
  server_.change_stream = [](transport::StreamConfig& config) {
    config.max_messages.reset();
  };
  const absl::Status status = Register();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(status.message(),
            "register stream \"shop-order\": max_msgs: unlimited -> 10: the "
            "server did not take it over");
}

TEST_F(RegistrarTest, ReportsWhatAnOldServerDropsFromAConsumer) {
  server_.change_consumer = [](transport::ConsumerConfig& config) {
    config.max_ack_pending = 1000;
  };
  const absl::Status status = Register();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(status.message(),
            "register consumer \"mailer\" of stream \"shop-order\": "
            "max_ack_pending: 1000 -> 10000: the server did not take it over");
}

TEST_F(RegistrarTest, AcceptsThatAStartIsRounded) {
  const absl::Time start = absl::FromUnixSeconds(1) + absl::Nanoseconds(0.25);
  services_[0].actors.clear();
  services_[0].actors.emplace_back(
      "mailer", kLimitedOrder, [](const Note&) {},
      ActorOptions{.start = Start::Since(start)});
  server_.change_consumer = [](transport::ConsumerConfig& config) {
    config.start_time = absl::FromUnixSeconds(1);
  };
  EXPECT_EQ(Register(), absl::OkStatus());
}

// ---- streams of our own

TEST_F(RegistrarTest, MakesAStreamOfOurOwnAndLeavesOneThatIsThere) {
  EXPECT_EQ(RegisterOwn({.age = absl::Hours(1)}), absl::OkStatus());
  EXPECT_THAT(registrar_->warnings(), IsEmpty());
  EXPECT_EQ(RegisterOwn({.age = absl::Hours(2)}), absl::OkStatus());
  EXPECT_EQ(server_.streams["walnats-dead"].config.max_age, absl::Hours(1));
  EXPECT_THAT(registrar_->warnings(),
              ElementsAre("stream \"walnats-dead\": keeps max_age 1h instead "
                          "of the declared 2h"));
}

TEST_F(RegistrarTest, WaitsForAStreamOfOurOwnAsForOthers) {
  server_.after = testing::Fail("create stream walnats-dead",
                                absl::DeadlineExceededError("no answer"), 2);
  EXPECT_EQ(RegisterOwn({}), absl::OkStatus());
}

TEST_F(RegistrarTest, WithoutCreateAMissingStreamOfOurOwnIsNotFound) {
  const absl::Status missing = RegisterOwn({}, {.create = false});
  EXPECT_TRUE(absl::IsNotFound(missing)) << missing;
  EXPECT_THAT(std::string(missing.message()),
              HasSubstr("RegisterOptions::create is off"));
}

TEST_F(RegistrarTest, CapsReplicasOnASingleServer) {
  constexpr static NoteEvent kMail("mail", {.limits = {.replicas = 3}});
  constexpr static NoteEvent kBill("bill", {.limits = {.replicas = 3}});
  std::vector<std::string> said;
  SetLogLevel(LogLevel::kWarning);
  SetLogSink([&](const LogEntry& entry) { said.emplace_back(entry.message); });
  services_ = {{.name = "other", .emits = {kMail, kBill}}};
  EXPECT_EQ(Register({}, /*single_server=*/true), absl::OkStatus());
  SetLogSink({});
  EXPECT_EQ(server_.streams["mail"].config.replicas, 1);
  EXPECT_EQ(server_.streams["bill"].config.replicas, 1);
  EXPECT_THAT(said, ElementsAre(HasSubstr("one replica instead of 3")));
}

}  // namespace
}  // namespace walnats::internal
