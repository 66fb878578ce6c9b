// What JetStream tells of itself as messages of core NATS, and how it answers
// publishes and API requests, field by field.

#include <gmock/gmock.h>

#include <boost/json/parse.hpp>

#include "tests/contract/wire_fixture.h"
#include "walnats/base/strings.h"

namespace walnats::contract {
namespace {

using ::testing::IsEmpty;
using testing::model::Difference;

using boost::json::object;

// Without what differs from run to run, which must be there.
object Constant(const Frame& frame, std::vector<std::string_view> changing) {
  boost::json::error_code error;
  const boost::json::value value = boost::json::parse(frame.body, error);
  EXPECT_TRUE(value.is_object()) << frame.body;
  object fields = value.is_object() ? value.get_object() : object();
  for (const std::string_view field : changing) {
    EXPECT_EQ(fields.erase(field), 1U) << field << " in " << frame.body;
  }
  return fields;
}

object Json(std::string_view text) {
  return boost::json::parse(text).as_object();
}

class Advisories : public WireContract {
 protected:
  Mailbox& ListenTo(std::string_view kind) {
    return Listen(Cat("$JS.EVENT.ADVISORY.CONSUMER.", kind, ".work.w"));
  }
  static object Body(const Mailbox& advisories) {
    return Constant(advisories.frames.at(0), {"id", "timestamp"});
  }
};

INSTANTIATE_TEST_SUITE_P(, Advisories, ::testing::ValuesIn(WireSides()),
                         ::testing::PrintToStringParamName());

TEST_P(Advisories, TellOfANak) {
  MakeWork();
  Store({"a", "b"});
  Mailbox& naked = ListenTo("MSG_NAKED");
  PullOne();
  Send(PullOne().reply, R"(-NAK {"delay":100000000})");
  ASSERT_TRUE(Until([&] { return !naked.frames.empty(); }));
  EXPECT_EQ(Body(naked),
            Json(
                R"({"type":"io.nats.jetstream.advisory.v1.nak","stream":"work",
          "consumer":"w","consumer_seq":2,"stream_seq":2,"deliveries":1})"));
}

TEST_P(Advisories, TellOfATerm) {
  MakeWork();
  Store({"a"});
  Mailbox& ended = ListenTo("MSG_TERMINATED");
  Send(PullOne().reply, "+TERM");
  ASSERT_TRUE(Until([&] { return !ended.frames.empty(); }));
  EXPECT_EQ(
      Body(ended),
      Json(
          R"({"type":"io.nats.jetstream.advisory.v1.terminated","stream":"work",
          "consumer":"w","consumer_seq":1,"stream_seq":1,"deliveries":1})"));
}

TEST_P(Advisories, TellTheReasonOfATerm) {
  MakeWork();
  Store({"a"});
  Mailbox& ended = ListenTo("MSG_TERMINATED");
  Send(PullOne().reply, "+TERM no such order");
  if (!Has(Difference::kTermReason)) {
    // Such a term is none.
    Elapse(absl::Milliseconds(200));
    EXPECT_THAT(ended.frames, IsEmpty());
    return;
  }
  ASSERT_TRUE(Until([&] { return !ended.frames.empty(); }));
  EXPECT_EQ(Body(ended).at("reason").as_string(), "no such order");
}

TEST_P(Advisories, TellThatAMessageIsGivenUp) {
  MakeWork(R"("max_deliver":2,"ack_wait":100000000)");
  Store({"a"});
  Mailbox& exhausted = ListenTo("MAX_DELIVERIES");
  Mailbox& pull = Pull(R"({"batch":9,"expires":5000000000})");
  ASSERT_TRUE(Until([&] { return !exhausted.frames.empty(); }));
  EXPECT_EQ(pull.Counts(), "1 2");
  EXPECT_EQ(Body(exhausted),
            Json(
                R"({"type":"io.nats.jetstream.advisory.v1.max_deliver",
          "stream":"work","consumer":"w","stream_seq":1,"deliveries":2})"));
}

// So it is no safety net.
TEST_P(Advisories, TellNothingOfItWhileNobodyPulls) {
  MakeWork(R"("max_deliver":2,"ack_wait":100000000)");
  Store({"a"});
  Mailbox& exhausted = ListenTo("MAX_DELIVERIES");
  PullOne();
  PullOne();
  Elapse(absl::Milliseconds(400));
  EXPECT_THAT(exhausted.frames, IsEmpty());
  Pull("1");
  EXPECT_TRUE(Until([&] { return !exhausted.frames.empty(); }));
}

// ---- publishes

class Answers : public WireContract {};

INSTANTIATE_TEST_SUITE_P(, Answers, ::testing::ValuesIn(WireSides()),
                         ::testing::PrintToStringParamName());

TEST_P(Answers, ToAPublish) {
  MakeWork();
  EXPECT_EQ(Constant(Ask("work", "a", {{"Nats-Msg-Id", "1"}}), {}),
            Json(R"({"stream":"work","seq":1})"));
  EXPECT_EQ(Constant(Ask("work", "a", {{"Nats-Msg-Id", "1"}}), {}),
            Json(R"({"stream":"work","seq":1,"duplicate":true})"));
}

TEST_P(Answers, ToAPublishThatExpectsSomethingElse) {
  MakeWork();
  Store({"a"});
  const std::vector<Header> expects = {{"Nats-Expected-Last-Sequence", "7"}};
  EXPECT_EQ(Constant(Ask("work", "b", expects), {}),
            Json(
                R"({"error":{"code":400,"err_code":10071,
                   "description":"wrong last sequence: 1"},
          "stream":"work","seq":0})"));
}

TEST_P(Answers, ToAPublishThatNobodyStores) {
  const Frame answer = Ask("nowhere", "a");
  EXPECT_EQ(answer.Status(), "503 ");
  EXPECT_EQ(answer.body, "");
}

// ---- the API

TEST_P(Answers, ToQuestionsForWhatIsMissing) {
  const object stream = Constant(Ask("$JS.API.STREAM.INFO.none"), {});
  EXPECT_EQ(stream.at("type"), "io.nats.jetstream.api.v1.stream_info_response");
  EXPECT_EQ(stream.at("error"), Json(R"({"code":404,"err_code":10059,
                                         "description":"stream not found"})"));
  MakeWork();
  EXPECT_EQ(Constant(Ask("$JS.API.CONSUMER.INFO.work.none"), {}),
            Json(
                R"({"type":"io.nats.jetstream.api.v1.consumer_info_response",
          "error":{"code":404,"err_code":10014,
                   "description":"consumer not found"}})"));
}

TEST_P(Answers, ToADeletion) {
  MakeWork();
  EXPECT_EQ(Constant(Ask("$JS.API.CONSUMER.DELETE.work.w"), {}),
            Json(
                R"({"type":"io.nats.jetstream.api.v1.consumer_delete_response",
          "success":true})"));
  EXPECT_EQ(Constant(Ask("$JS.API.STREAM.DELETE.work"), {}),
            Json(
                R"({"type":"io.nats.jetstream.api.v1.stream_delete_response",
          "success":true})"));
}

TEST_P(Answers, ToAFieldThatNobodyKnows) {
  const object made =
      Api("STREAM.CREATE.s", R"({"name":"s","subjects":["s"],"colour":"red"})");
  EXPECT_EQ(ErrorOf(made), Has(Difference::kStrict) ? "400 10025" : "");
}

TEST_P(Answers, NothingToAVerbThatNobodyKnows) {
  Mailbox& answer = Listen();
  Send("$JS.API.STREAM.PAINT.work", "", answer.address);
  Elapse(absl::Milliseconds(200));
  EXPECT_THAT(answer.frames, IsEmpty());
}

}  // namespace
}  // namespace walnats::contract
