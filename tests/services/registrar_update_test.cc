// What a Registrar does with what exists and differs.

#include "tests/services/registrar_fixture.h"

namespace walnats::internal {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using testing::Fail;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::WithCode;

class RegistrarUpdateTest : public RegistrarFixture {
 protected:
  // What the server has differs in one field each.
  void PutOlder() {
    transport::StreamConfig stream = Stream();
    stream.max_messages = 5;
    stream.allow_direct = true;
    stream.metadata["_nats.ver"] = "2.14.0";
    server_.PutStream(stream);
    transport::ConsumerConfig consumer = Consumer();
    consumer.ack_wait = absl::Seconds(10);
    server_.PutConsumer("shop-order", consumer);
  }
  transport::StreamConfig& server_stream() {
    return server_.streams["shop-order"].config;
  }
  transport::ConsumerConfig& server_consumer() {
    return server_.consumers[{"shop-order", "mailer"}].config;
  }
};

TEST_F(RegistrarUpdateTest, ChangesWhatDiffersAndNothingElse) {
  PutOlder();
  EXPECT_EQ(Register(), absl::OkStatus());
  EXPECT_THAT(server_.calls,
              ElementsAre("get stream shop-order", "update stream shop-order",
                          "get consumer shop-order/mailer",
                          "update consumer shop-order/mailer"));
  EXPECT_EQ(server_stream().max_messages, 10);
  EXPECT_TRUE(server_stream().allow_direct);
  EXPECT_EQ(server_stream().metadata["_nats.ver"], "2.14.0");
  EXPECT_EQ(server_consumer().ack_wait, absl::Seconds(30));
  EXPECT_THAT(registrar_->warnings(), IsEmpty());
}

TEST_F(RegistrarUpdateTest, WithoutUpdateDifferencesAreWarnings) {
  PutOlder();
  EXPECT_EQ(Register({.update = false}), absl::OkStatus());
  EXPECT_THAT(server_.calls, ElementsAre("get stream shop-order",
                                         "get consumer shop-order/mailer"));
  EXPECT_THAT(
      registrar_->warnings(),
      ElementsAre("stream \"shop-order\": differs from its declaration: "
                  "max_msgs: 5 -> 10",
                  "consumer \"mailer\" of stream \"shop-order\": differs from "
                  "its declaration: ack_wait: 10s -> 30s"));
}

TEST_F(RegistrarUpdateTest, RefusesWhatCanNeverChange) {
  PutBoth();
  server_stream().storage = Storage::kMemory;
  server_stream().max_messages = 5;
  for (const bool update : {true, false}) {
    server_.calls.clear();
    const absl::Status status = Register({.update = update});
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_EQ(status.message(),
              "register stream \"shop-order\": storage: memory -> file: can "
              "never change after the first deploy");
    EXPECT_THAT(server_.calls, ElementsAre("get stream shop-order"));
  }
}

TEST_F(RegistrarUpdateTest, KeepsPythonsInterestAndSaysSoOnce) {
  PutOlder();
  server_stream().retention = Retention::kInterest;
  server_stream().metadata.clear();
  // The warning is not repeated with the attempts.
  server_.before =
      Fail("update stream shop-order", absl::UnavailableError("no leader"), 3);
  EXPECT_EQ(Register(), absl::OkStatus());
  EXPECT_THAT(registrar_->warnings(),
              ElementsAre("stream \"shop-order\": keeps retention interest "
                          "instead of the declared limits"));
  EXPECT_EQ(server_stream().retention, Retention::kInterest);
  EXPECT_EQ(server_stream().max_messages, 10);
  // It is still Python's at the next start.
  server_.calls.clear();
  EXPECT_EQ(Register(), absl::OkStatus());
  EXPECT_EQ(server_stream().retention, Retention::kInterest);
}

TEST_F(RegistrarUpdateTest, AConsumerKeepsItsStart) {
  PutBoth();
  server_consumer().deliver = transport::DeliverPolicy::kNew;
  EXPECT_EQ(Register(), absl::OkStatus());
  EXPECT_THAT(server_.calls, Not(Contains(HasSubstr("update"))));
  EXPECT_THAT(registrar_->warnings(),
              ElementsAre("consumer \"mailer\" of stream \"shop-order\": keeps "
                          "deliver_policy new instead of the declared all"));
}

TEST_F(RegistrarUpdateTest, AConsumerThatWasRecoveredIsNoCauseForWarning) {
  PutBoth();
  server_consumer().deliver = transport::DeliverPolicy::kBySequence;
  server_consumer().start_sequence = 7;
  EXPECT_EQ(Register(), absl::OkStatus());
  EXPECT_THAT(server_.calls, Not(Contains(HasSubstr("update"))));
  EXPECT_THAT(registrar_->warnings(), IsEmpty());
}

TEST_F(RegistrarUpdateTest, ARefusedStreamUpdateSaysWhatAndKeepsTheCode) {
  PutOlder();
  server_.before =
      Fail("update stream shop-order",
           WithCode(absl::InvalidArgumentError("not today"), 10052));
  const absl::Status status = Register();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(status.message(),
            "register stream \"shop-order\": max_msgs: 5 -> 10: not today");
  EXPECT_EQ(ServerCode(status), 10052);
}

TEST_F(RegistrarUpdateTest, ARefusedConsumerUpdateSaysWhatAndKeepsTheCode) {
  PutOlder();
  server_.before =
      Fail("update consumer shop-order/mailer",
           WithCode(absl::InvalidArgumentError("not today"), 10012));
  const absl::Status status = Register();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(status.message(),
            "register consumer \"mailer\" of stream \"shop-order\": ack_wait: "
            "10s -> 30s: not today");
  EXPECT_EQ(ServerCode(status), 10012);
}

TEST_F(RegistrarUpdateTest, TheAnswerOfAnUpdateMayBeLost) {
  PutOlder();
  server_.after = [once = Fail("update stream shop-order",
                               absl::DeadlineExceededError("no answer"), 1),
                   again = Fail("update consumer shop-order/mailer",
                                absl::UnavailableError("no answer"),
                                1)](std::string_view call) mutable {
    absl::Status status = once(call);
    return status.ok() ? again(call) : status;
  };
  EXPECT_EQ(Register(), absl::OkStatus());
  // Both are asked for again, and found as they shall be.
  EXPECT_THAT(
      server_.calls,
      ElementsAre("get stream shop-order", "update stream shop-order",
                  "get stream shop-order", "get consumer shop-order/mailer",
                  "update consumer shop-order/mailer",
                  "get consumer shop-order/mailer"));
}

TEST_F(RegistrarUpdateTest, ReportsWhatAnOldServerDropsFromAStream) {
  PutOlder();
  server_.change_stream = [](transport::StreamConfig& config) {
    config.max_messages = 5;
  };
  const absl::Status status = Register();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(status.message(),
            "register stream \"shop-order\": max_msgs: 5 -> 10: the server did "
            "not take it over");
}

TEST_F(RegistrarUpdateTest, ReportsWhatAnOldServerDropsFromAConsumer) {
  PutOlder();
  server_.change_consumer = [](transport::ConsumerConfig& config) {
    config.ack_wait = absl::Seconds(10);
  };
  const absl::Status status = Register();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(status.message(),
            "register consumer \"mailer\" of stream \"shop-order\": ack_wait: "
            "10s -> 30s: the server did not take it over");
}

}  // namespace
}  // namespace walnats::internal
