// What becomes of a message whose handler fails, takes too long, or cannot
// read it.

#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/time_util.h>

#include <map>

#include "absl/time/clock.h"
#include "tests/integration/services_fixture.h"
#include "walnats/base/strings.h"

namespace walnats::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

// A plain `mailer` that fails until `attempts` and keeps the times.
class Unlucky {
 public:
  explicit Unlucky(int64_t lucky_attempt) : lucky_attempt_(lucky_attempt) {}
  absl::Status operator()(const std::string&, const Context& context) {
    times.push_back(context.clock().Now());
    return context.attempt() < lucky_attempt_ ? absl::UnavailableError("busy")
                                              : absl::OkStatus();
  }
  std::vector<absl::Time> times;

 private:
  const int64_t lucky_attempt_;
};

class ServicesFailureTest : public ServicesServer {
 protected:
  Running& StartMailer(const Actor& mailer) {
    return Start({.name = "mailing", .version = "1.4.0", .actors = {mailer}});
  }
  // Once the consumer owes nothing: a settlement is not answered.
  void ExpectSettled(const std::string& consumer, uint64_t sequence) {
    EXPECT_TRUE(Eventually([&] {
      const transport::ConsumerInfo info = Consumer("parcel-sent", consumer);
      return info.ack_pending == 0 &&
             info.ack_floor_stream_sequence == sequence;
    }));
  }
};

TEST_F(ServicesFailureTest, TriesAgainAfterTheDelaysAndNotBefore) {
  Unlucky unlucky(4);
  auto handle = [&](const std::string& text, const Context& context) {
    return unlucky(text, context);
  };
  Running& shop = StartMailer(Actor(
      "mailer", kParcelSent, handle,
      {.retry = {.delays = {absl::Milliseconds(200), absl::Milliseconds(400)},
                 .jitter = 0}}));
  ASSERT_TRUE(Emit(shop, kParcelSent, "one").ok());
  EXPECT_TRUE(Eventually([&] { return shop.actor().handled == 1; }));
  EXPECT_EQ(shop.actor().retried, 3);
  ExpectSettled("mailer", 1);
  Stop();
  const std::vector<absl::Time>& times = unlucky.times;
  ASSERT_THAT(times, SizeIs(4));
  EXPECT_GE(times[1] - times[0], absl::Milliseconds(200));
  EXPECT_GE(times[2] - times[1], absl::Milliseconds(400));
  EXPECT_GE(times[3] - times[2], absl::Milliseconds(400));
  EXPECT_LT(times[3] - times[0], absl::Seconds(10));
}

TEST_F(ServicesFailureTest, KeepsEverythingOfAMessageThatDies) {
  Actor mailer(
      "mailer", kParcelSent,
      [](const std::string&) { return absl::UnavailableError("busy"); },
      {.retry = {.max_attempts = 2, .delays = {absl::Milliseconds(50)}}});
  Running& shop = StartMailer(mailer);
  const Header headers[] = {{"Colour", "red"}};
  ASSERT_TRUE(
      Emit(shop, kParcelSent, "box", {.id = "id-1", .headers = headers}).ok());
  EXPECT_TRUE(Eventually([&] { return shop.actor().dead == 1; }));
  ExpectSettled("mailer", 1);
  const std::vector<v1::DeadLetter> letters = DeadLetters();
  ASSERT_THAT(letters, SizeIs(1));
  v1::DeadLetter letter = letters[0];
  using google::protobuf::util::TimeUtil;
  const int64_t stored = TimeUtil::TimestampToMilliseconds(letter.stored_at());
  const int64_t died = TimeUtil::TimestampToMilliseconds(letter.died_at());
  EXPECT_GE(died - stored, 40);
  EXPECT_LT(absl::Now() - absl::FromUnixMillis(died), absl::Minutes(1));
  const auto stream = Await(raw().GetStream("parcel-sent"));
  ASSERT_TRUE(stream.ok()) << stream.status();
  EXPECT_EQ(TimeUtil::TimestampToNanoseconds(letter.stream_created()),
            absl::ToUnixNanos(stream->created));
  letter.clear_stored_at();
  letter.clear_died_at();
  letter.clear_stream_created();
  ASSERT_EQ(letter.errors_size(), 1);
  EXPECT_GE(TimeUtil::TimestampToMilliseconds(letter.errors(0).at()), stored);
  letter.mutable_errors(0)->clear_at();
  std::map<std::string, std::string> found;
  for (const v1::Header& header : letter.headers()) {
    found[header.name()] = header.value();
  }
  EXPECT_THAT(found, ElementsAre(std::pair("Colour", "red"),
                                 std::pair("Nats-Msg-Id", "id-1")));
  letter.clear_headers();
  v1::DeadLetter expected;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(
                  R"({"service": "mailing", "service_version": "1.4.0",
                      "actor": "mailer", "event": "parcel.sent",
                      "subject": "parcel.sent", "stream": "parcel-sent",
                      "sequence": 1, "body": "Ym94", "schema": "test.Text",
                      "attempts": 2, "code": "UNAVAILABLE", "error": "busy",
                      "errors": [{"attempt": 1, "code": "UNAVAILABLE",
                                  "error": "busy"}]})",
                  &expected)
                  .ok());
  EXPECT_EQ(letter.DebugString(), expected.DebugString());
}

TEST_F(ServicesFailureTest, BuriesWhatItCannotReadAndGoesOn) {
  Running& shop =
      StartMailer(Actor("mailer", kParcelSent,
                        [&](const std::string& text) { seen_.Add(text); }));
  PublishRaw(kParcelSent.name(), TextCodec::kBroken);
  ASSERT_TRUE(Emit(shop, kParcelSent, "fine").ok());
  EXPECT_THAT(seen_.Await(1), ElementsAre("fine"));
  EXPECT_TRUE(Eventually([&] { return shop.actor().dead == 1; }));
  ExpectSettled("mailer", 2);
  const std::vector<v1::DeadLetter> letters = DeadLetters();
  ASSERT_THAT(letters, SizeIs(1));
  EXPECT_EQ(letters[0].code(), "DATA_LOSS");
  EXPECT_EQ(letters[0].body(), TextCodec::kBroken);
  EXPECT_EQ(letters[0].attempts(), 1);
}

TEST_F(ServicesFailureTest, KeepsALongJobAliveByPulses) {
  auto sleep = [&](const std::string&, const Context& context) -> Task<void> {
    co_await context.clock().Sleep(absl::Milliseconds(2500));
    seen_.Add(Cat("attempt ", context.attempt()));
  };
  Running& shop = StartMailer(
      Actor("mailer", kParcelSent, sleep, {.ack_wait = absl::Seconds(1)}));
  ASSERT_TRUE(Emit(shop, kParcelSent, "one").ok());
  EXPECT_THAT(seen_.Await(1), ElementsAre("attempt 1"));
  ExpectSettled("mailer", 1);
  EXPECT_EQ(Consumer("parcel-sent", "mailer").redelivered, 0);
  Stop();
  EXPECT_THAT(seen_.lines(), SizeIs(1));
  EXPECT_EQ(shop.actor().handled, 1);
}

TEST_F(ServicesFailureTest, CancelsAJobOverItsLimit) {
  auto sleep = [&](const std::string&, const Context& context) -> Task<void> {
    seen_.Add(Cat("attempt ", context.attempt()));
    if (context.attempt() == 1) co_await context.clock().Sleep(absl::Hours(1));
  };
  Running& shop =
      StartMailer(Actor("mailer", kParcelSent, sleep,
                        {.job_timeout = absl::Milliseconds(200),
                         .retry = {.delays = {absl::Milliseconds(50)}}}));
  ASSERT_TRUE(Emit(shop, kParcelSent, "one").ok());
  EXPECT_THAT(seen_.Await(2), ElementsAre("attempt 1", "attempt 2"));
  EXPECT_TRUE(Eventually([&] { return shop.actor().handled == 1; }));
  EXPECT_EQ(shop.actor().timed_out, 1);
  EXPECT_EQ(shop.actor().retried, 1);
  ExpectSettled("mailer", 1);
}

}  // namespace
}  // namespace walnats::testing
