// What EmitOptions and the event's declaration make of an emit.

#include "tests/client/client_fixture.h"

namespace walnats {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kMailSent;
using testing::kParcelSent;
using testing::kPinged;
using ::testing::Not;
using testing::Published;
using testing::TextEvent;

const std::string kText = "text";

class EmitOptionsTest : public testing::ClientFixture {
 protected:
  EmitOptionsTest() { Open(); }

  // What `options` make of a message.
  Published Emit(const TextEvent& event, const EmitOptions& options = {}) {
    Begin(client_.Emit(event, kText, options));
    return transport_.published.empty() ? Published()
                                        : transport_.published.back();
  }
};

TEST_F(EmitOptionsTest, EveryMessageHasAnIdOfItsOwn) {
  const std::string first = Emit(kParcelSent).message_id;
  const std::string second = Emit(kParcelSent).message_id;
  EXPECT_THAT(first, Not(IsEmpty()));
  EXPECT_NE(first, second);
}

TEST_F(EmitOptionsTest, UnlessTheEventHasNone) {
  EXPECT_EQ(Emit(kPinged).message_id, "");
  EXPECT_EQ(Emit(kPinged, {.id = "mine"}).message_id, "mine");
}

TEST_F(EmitOptionsTest, APlainMessageHasNoHeaders) {
  EXPECT_THAT(Emit(kParcelSent).headers, IsEmpty());
}

TEST_F(EmitOptionsTest, IdTraceAndDelayAreSent) {
  const Published sent =
      Emit(kParcelSent,
           {.id = "order-7", .trace = "t1", .delay = absl::Seconds(90.25)});
  EXPECT_EQ(sent.message_id, "order-7");
  EXPECT_EQ(sent.header("Walnats-Trace"), "t1");
  EXPECT_EQ(sent.header("Walnats-Delay"), "1000000090.25");
  EXPECT_EQ(sent.headers.size(), 2u);
}

TEST_F(EmitOptionsTest, FurtherHeadersAreSentInTheirOrder) {
  const Header headers[] = {{"Color", "red"}, {"Size", "9"}, {"Color", "blue"}};
  const Published sent = Emit(kParcelSent, {.headers = headers, .trace = "t1"});
  ASSERT_EQ(sent.headers.size(), 4u);
  EXPECT_EQ(sent.headers[0].value, "red");
  EXPECT_EQ(sent.headers[1].name, "Size");
  EXPECT_EQ(sent.headers[1].value, "9");
  EXPECT_EQ(sent.headers[2].value, "blue");
}

TEST_F(EmitOptionsTest, TheRestGoesToTheTransport) {
  const Published sent = Emit(kParcelSent, {.expected_last_sequence = 0,
                                            .wait = false,
                                            .unsent_limit = absl::Seconds(3)});
  EXPECT_EQ(sent.last_sequence, 0u);
  EXPECT_FALSE(sent.options.wait);
  EXPECT_EQ(sent.options.unsent_limit, absl::Seconds(3));
  EXPECT_EQ(Emit(kParcelSent).last_sequence, std::nullopt);
}

TEST_F(EmitOptionsTest, LostAnswersAreResolvedWithinTheDuplicateWindow) {
  static constexpr TextEvent kShort("short-lived",
                                    {.limits = {.age = absl::Minutes(1)}});
  core_->Allow(kShort.name());
  EXPECT_EQ(Emit(kParcelSent).options.resolve_within, absl::Minutes(2));
  EXPECT_EQ(Emit(kMailSent).options.resolve_within, absl::Seconds(7));
  EXPECT_EQ(Emit(kShort).options.resolve_within, absl::Minutes(1));
}

TEST_F(EmitOptionsTest, RefusesHeadersThatWouldBeMangledOrAreReserved) {
  struct Case {
    Header header;
    std::string why;
  };
  for (const Case& c : std::vector<Case>{
           {{"Color", "red\r\nNats-Rollup: all"}, "CR, LF or NUL"},
           {{"Color", "red\n"}, "CR, LF or NUL"},
           {{"Color", std::string_view("r\0", 2)}, "CR, LF or NUL"},
           {{"", "red"}, "token"},
           {{"Co lor", "red"}, "token"},
           {{"Color:", "red"}, "token"},
           {{"Nats-Msg-Id", "7"}, "reserved"},
           {{"nats-rollup", "all"}, "reserved"},
           {{"Walnats-Trace", "t"}, "reserved"},
           {{"WALNATS-Anything", "t"}, "reserved"},
       }) {
    const absl::Status status =
        StatusOf(client_.Emit(kParcelSent, kText, {.headers = {&c.header, 1}}));
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_THAT(std::string(status.message()), HasSubstr("\"parcel.sent\""));
    EXPECT_THAT(std::string(status.message()), HasSubstr(c.why));
  }
  EXPECT_THAT(transport_.published, IsEmpty());
}

TEST_F(EmitOptionsTest, RefusesIdsAndTracesThatNoHeaderCanHold) {
  for (const EmitOptions& options :
       {EmitOptions{.id = "a\r\nb"}, EmitOptions{.trace = "a\nb"},
        EmitOptions{.id = std::string_view("\0", 1)}}) {
    EXPECT_EQ(StatusOf(client_.Emit(kParcelSent, kText, options)).code(),
              absl::StatusCode::kFailedPrecondition);
  }
  EXPECT_THAT(transport_.published, IsEmpty());
}

TEST_F(EmitOptionsTest, RefusesWhatTheServerWouldNotTake) {
  transport_.info.max_payload = 1000;
  EXPECT_EQ(StatusOf(client_.Emit(kParcelSent, std::string(1000, 'x'))).code(),
            absl::StatusCode::kCancelled);  // it waits for its answer
  const absl::Status status =
      StatusOf(client_.Emit(kParcelSent, std::string(1001, 'x')));
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("\"parcel.sent\""));
  EXPECT_THAT(std::string(status.message()), HasSubstr("1001 bytes"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("limit of 1000"));
  const Header header{"Color", "red"};
  EXPECT_EQ(StatusOf(client_.Emit(kParcelSent, std::string(995, 'x'),
                                  {.headers = {&header, 1}}))
                .code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST_F(EmitOptionsTest, KnowsNoLimitIfTheServerSaidNone) {
  transport_.info.max_payload = 0;
  Begin(client_.Emit(kParcelSent, std::string(1 << 21, 'x')));
  EXPECT_EQ(transport_.published.size(), 1u);
}

}  // namespace
}  // namespace walnats
