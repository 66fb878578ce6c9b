#include "walnats/nats/requests.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <deque>
#include <optional>

#include "tests/nats/fake_wire.h"
#include "walnats/base/strings.h"
#include "walnats/runtime/spawn.h"
#include "walnats/testing/fake_clock.h"
#include "walnats/transport/owned_message.h"

namespace walnats::nats {
namespace {

using ::testing::IsEmpty;
using ::testing::StartsWith;

class RequestsTest : public ::testing::Test {
 protected:
  struct Asked {
    std::optional<absl::Status> status;
    std::string body;
  };

  // Starts a request; its end is in the result.
  Asked& Ask(std::string_view subject,
             absl::Duration limit = absl::Seconds(5)) {
    Asked& asked = asked_.emplace_back();
    Spawn(clock_.executor(), Run(subject, limit, asked),
          [&asked](absl::Status status) { asked.status = status; });
    clock_.Poll();
    return asked;
  }
  Task<absl::Status> Run(std::string_view subject, absl::Duration limit,
                         Asked& asked) {
    const transport::Outgoing request{
        .subject = subject, .headers = {}, .body = "?", .reply = {}};
    absl::StatusOr<transport::Message> answer =
        co_await requests_->Request(request, limit);
    if (answer.ok()) asked.body = answer->body();
    co_return answer.status();
  }
  void Answer(const FakeWire::Sent& sent, std::string_view body,
              const Headers& headers = {}) {
    const std::string prefix = Cat(wire_.inbox(), "r");
    ASSERT_THAT(sent.reply, StartsWith(prefix));
    std::vector<Header> views;
    for (const auto& [name, value] : headers) views.push_back({name, value});
    requests_->OnAnswer(std::string_view(sent.reply).substr(prefix.size()),
                        transport::OwnedMessage(sent.reply, "", views, body));
    clock_.Poll();
  }

  boost::asio::io_context io_;
  testing::FakeClock clock_{io_};
  FakeWire wire_;
  std::deque<Asked> asked_;
  std::optional<Requests> requests_{std::in_place, wire_, clock_};
};

TEST_F(RequestsTest, AnswersWhoAsked) {
  Asked& first = Ask("a");
  Asked& second = Ask("b");
  const auto sent = wire_.Take();
  ASSERT_EQ(sent.size(), 2U);
  Answer(sent[1], "two");
  EXPECT_EQ(second.body, "two");
  EXPECT_FALSE(first.status.has_value());
  Answer(sent[1], "again");
  Answer(sent[0], "one");
  EXPECT_EQ(first.body, "one");
  EXPECT_EQ(second.body, "two");
}

TEST_F(RequestsTest, EndsEachAtItsLimit) {
  Asked& long_one = Ask("a", absl::Seconds(3));
  Asked& short_one = Ask("b", absl::Seconds(1));
  clock_.Advance(absl::Milliseconds(999));
  EXPECT_FALSE(short_one.status.has_value());
  clock_.Advance(absl::Milliseconds(1));
  EXPECT_EQ(*short_one.status,
            absl::DeadlineExceededError("no answer within 1s"));
  EXPECT_FALSE(long_one.status.has_value());
  clock_.Advance(absl::Seconds(2));
  EXPECT_TRUE(absl::IsDeadlineExceeded(*long_one.status));
  for (const auto& sent : wire_.Take()) Answer(sent, "late");
}

TEST_F(RequestsTest, SaysUnavailableWithoutResponders) {
  Asked& asked = Ask("a");
  Answer(wire_.TakeOne(), "", {{"Status", "503"}});
  EXPECT_EQ(*asked.status, absl::UnavailableError("no responders"));
}

TEST_F(RequestsTest, TakesAnEmptyAnswerForAnAnswer) {
  Asked& asked = Ask("a");
  Answer(wire_.TakeOne(), "");
  EXPECT_TRUE(asked.status->ok());
}

TEST_F(RequestsTest, EndsAllWhenTheConnectionIsLost) {
  Asked& first = Ask("a");
  Asked& second = Ask("b");
  requests_->OnDown();
  clock_.Poll();
  EXPECT_TRUE(absl::IsUnavailable(*first.status));
  EXPECT_TRUE(absl::IsUnavailable(*second.status));
}

TEST_F(RequestsTest, RefusesWhatTheWireRefuses) {
  wire_.refusal = absl::UnavailableError("not connected");
  EXPECT_EQ(*Ask("a").status, wire_.refusal);
}

TEST_F(RequestsTest, EndsAllAtCloseAlthoughItDiesBeforeTheyResume) {
  Asked& asked = Ask("a");
  requests_.reset();
  clock_.Poll();
  EXPECT_EQ(asked.status->code(), absl::StatusCode::kUnknown);
}

TEST_F(RequestsTest, RefusesAfterClose) {
  requests_->Close();
  EXPECT_EQ(Ask("a").status->code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(wire_.Take(), IsEmpty());
}

}  // namespace
}  // namespace walnats::nats
