#include "walnats/deadletter/redrive_message.h"

#include <gmock/gmock.h>

#include <map>
#include <string>

#include "tests/deadletter/letters.h"
#include "walnats/transport/owned_message.h"

namespace walnats::internal {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Key;
using ::testing::Not;
using ::testing::Pair;

v1::DeadLetter WithHeaders(
    std::initializer_list<std::pair<std::string, std::string>> headers) {
  v1::DeadLetter letter = Letter(7);
  for (const auto& [name, value] : headers) {
    v1::Header& header = *letter.add_headers();
    header.set_name(name);
    header.set_value(value);
  }
  return letter;
}

std::map<std::string, std::string> HeadersOf(const RedriveMessage& message) {
  std::map<std::string, std::string> headers;
  for (const Header& header : message.message().headers) {
    headers.emplace(header.name, header.value);
  }
  return headers;
}

TEST(RedriveMessageTest, KeepsBytesAndHeadersButNotThoseOfTheFirstWay) {
  const v1::DeadLetter letter = WithHeaders({{"Nats-Msg-Id", "one"},
                                             {"nats-stream", "x"},
                                             {"Walnats-Trace", "t"},
                                             {"Walnats-Delay", "12.5"},
                                             {"Walnats-Origin-Letter", "3"},
                                             {"Empty", ""},
                                             {"Region", "eu"}});
  const RedriveMessage message(letter, 12);
  EXPECT_EQ(message.message().body, "a parcel");
  EXPECT_EQ(message.message().subject,
            "walnats-redrive.shop.mailer.shop-order.12");
  EXPECT_THAT(
      HeadersOf(message),
      AllOf(
          Contains(Pair("Walnats-Trace", "t")), Contains(Pair("Region", "eu")),
          Contains(Pair("Walnats-Origin-Letter", "12")),
          Not(Contains(Key("Nats-Msg-Id"))), Not(Contains(Key("nats-stream"))),
          Not(Contains(Key("Walnats-Delay"))), Not(Contains(Key("Empty")))));
  EXPECT_EQ(message.expect().subject_last_sequence, 0U);
  EXPECT_NE(message.expect().message_id, "one");
}

TEST(RedriveMessageTest, NamesTheMessageThatDied) {
  v1::DeadLetter letter = Letter(7);
  letter.set_generation(2);
  const RedriveMessage message(letter, 12);
  const transport::Message received = transport::OwnedMessage(
      message.message().subject, "", message.message().headers, "");
  const std::optional<Origin> origin = RedrivenOrigin(received);
  ASSERT_TRUE(origin.has_value());
  EXPECT_EQ(origin->subject, "shop.order");
  EXPECT_EQ(origin->stream, "shop-order");
  EXPECT_EQ(origin->sequence, 7U);
  EXPECT_EQ(origin->generation, 3);
  EXPECT_EQ(origin->letter, 12U);
  EXPECT_EQ(origin->time, absl::FromUnixNanos(5'000'000'007));
  EXPECT_EQ(origin->stream_created, absl::FromUnixSeconds(3));
}

TEST(RedriveMessageTest, IsRefusedAboveTheServersLimit) {
  const v1::DeadLetter letter = Letter(7);
  const RedriveMessage message(letter, 12);
  EXPECT_EQ(message.Check(0), absl::OkStatus());  // not known
  int64_t least = 0;
  while (!message.Check(++least).ok()) ASSERT_LT(least, 2000);
  EXPECT_GT(least, static_cast<int64_t>(letter.body().size()));
  EXPECT_THAT(std::string(message.Check(least - 1).message()),
              HasSubstr("over the server's limit"));
}

TEST(RedriveMessageTest, IsRefusedIfTheLetterNamesNoActor) {
  for (const char* actor : {"", "a.b", "*", "a b"}) {
    v1::DeadLetter letter = Letter(7);
    letter.set_actor(actor);
    EXPECT_FALSE(RedriveMessage(letter, 12).Check(0).ok()) << actor;
  }
}

TEST(RedriveMessageTest, IsRoutedByItsSubject) {
  const RedriveRoute route =
      RouteOf("walnats-redrive.shop.mailer.shop-order.12");
  EXPECT_EQ(route.service, "shop");
  EXPECT_EQ(route.actor, "mailer");
  EXPECT_EQ(route.stream, "shop-order");
  for (const char* other :
       {"", "walnats-redrive", "walnats-redrive.shop.mailer.shop-order",
        "walnats-dead.shop.mailer.shop-order.12"}) {
    EXPECT_EQ(RouteOf(other).actor, "") << other;
  }
}

}  // namespace
}  // namespace walnats::internal
