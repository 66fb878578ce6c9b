// Core NATS: Send, Request, Subscribe, and what is known of the server.

#include <string>

#include "tests/contract/contract_fixture.h"

namespace walnats::contract {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
using transport::Message;

// Answers every request with its own body and headers.
class Echo final : public transport::MessageSink {
 public:
  explicit Echo(transport::Transport& transport) : transport_(transport) {}
  void OnMessage(Message message) override {
    std::vector<Header> headers;
    message.VisitHeaders(
        [&](const Header& header) { headers.push_back(header); });
    EXPECT_THAT(transport_.Send({.subject = message.reply(),
                                 .headers = headers,
                                 .body = message.body(),
                                 .reply = {}}),
                IsOk());
  }

 private:
  transport::Transport& transport_;
};

class Core : public Contract {
 protected:
  std::unique_ptr<transport::Subscription> Subscribe(
      transport::Transport& at, std::string_view subject,
      transport::MessageSink& sink, std::string_view queue = {}) {
    auto subscription = at.Subscribe(subject, queue, sink);
    EXPECT_THAT(subscription, IsOk());
    // Its interest is at the server when this has come back.
    Messages back;
    auto probe = at.Subscribe("probe.of.the.contract", "", back);
    EXPECT_THAT(probe, IsOk());
    EXPECT_THAT(Send(at, "probe.of.the.contract"), IsOk());
    EXPECT_TRUE(Until([&] { return !back.all.empty(); }));
    return subscription.ok() ? *std::move(subscription) : nullptr;
  }
  static absl::Status Send(transport::Transport& at, std::string_view subject,
                           std::string_view body = {}) {
    return at.Send(
        {.subject = subject, .headers = {}, .body = body, .reply = {}});
  }
  absl::StatusOr<Message> Request(std::string_view subject,
                                  std::string_view body,
                                  absl::Duration timeout) {
    const transport::Outgoing request{
        .subject = subject, .headers = {}, .body = body, .reply = {}};
    return Run(transport().Request(request, timeout));
  }
};

TEST_P(Core, SendReachesEverySubscriberAlsoTheSender) {
  Messages mine;
  Messages theirs;
  auto a = Subscribe(transport(), "news", mine);
  auto b = Subscribe(other(), "news", theirs);
  EXPECT_THAT(Send(transport(), "news", "1"), IsOk());
  EXPECT_THAT(Send(transport(), "other.news", "2"), IsOk());
  EXPECT_THAT(Send(transport(), "news", "3"), IsOk());
  ASSERT_TRUE(
      Until([&] { return mine.all.size() == 2 && theirs.all.size() == 2; }));
  EXPECT_THAT(mine.Bodies(), ElementsAre("1", "3"));
  EXPECT_THAT(theirs.Bodies(), ElementsAre("1", "3"));
}

TEST_P(Core, WildcardsMatchTokens) {
  struct Case {
    std::string_view pattern;
    std::vector<std::string> bodies;
  };
  const std::vector<Case> cases = {
      {"a.b", {"a.b"}},
      {"a.*", {"a.b", "a.c"}},
      {"a.>", {"a.b", "a.b.c", "a.c"}},
      {"*.b", {"a.b", "x.b"}},
      {"*", {"a"}},
      {"*.*.c", {"a.b.c"}},
      {"a.*.>", {"a.b.c"}},
  };
  for (const Case& c : cases) {
    Messages got;
    auto subscription = Subscribe(transport(), c.pattern, got);
    for (const char* subject : {"a", "a.b", "a.b.c", "x.b", "a.c"}) {
      EXPECT_THAT(Send(transport(), subject, subject), IsOk());
    }
    ASSERT_TRUE(Until([&] { return got.all.size() >= c.bodies.size(); }))
        << c.pattern;
    EXPECT_THAT(got.Bodies(), ::testing::ElementsAreArray(c.bodies))
        << c.pattern;
  }
}

TEST_P(Core, AQueueSharesItsMessages) {
  Messages one;
  Messages two;
  Messages plain;
  auto a = Subscribe(transport(), "work", one, "q");
  auto b = Subscribe(other(), "work", two, "q");
  auto c = Subscribe(other(), "work", plain);
  for (int i = 0; i < 50; ++i) {
    EXPECT_THAT(Send(transport(), "work"), IsOk());
  }
  ASSERT_TRUE(Until([&] { return plain.all.size() == 50; }));
  ASSERT_TRUE(Until([&] { return one.all.size() + two.all.size() == 50; }));
  EXPECT_THAT(one.all, Not(IsEmpty()));
  EXPECT_THAT(two.all, Not(IsEmpty()));
}

TEST_P(Core, TwoQueuesGetEachMessageOnceEach) {
  Messages one;
  Messages two;
  auto a = Subscribe(transport(), "work", one, "q1");
  auto b = Subscribe(transport(), "work", two, "q2");
  EXPECT_THAT(Send(other(), "work", "x"), IsOk());
  ASSERT_TRUE(
      Until([&] { return one.all.size() == 1 && two.all.size() == 1; }));
}

TEST_P(Core, AMessageArrivesAsItWasSent) {
  Messages got;
  auto subscription = Subscribe(other(), "s", got);
  std::string body;
  for (int byte = 0; byte < 256; ++byte)
    body.push_back(static_cast<char>(byte));
  const Header headers[] = {
      {"B", "2"}, {"A", "one value"}, {"a", "names have their case"}};
  EXPECT_THAT(
      transport().Send(
          {.subject = "s", .headers = headers, .body = body, .reply = "to.me"}),
      IsOk());
  ASSERT_TRUE(Until([&] { return got.all.size() == 1; }));
  const Message& message = got.all[0];
  EXPECT_EQ(message.subject(), "s");
  EXPECT_EQ(message.reply(), "to.me");
  EXPECT_EQ(message.body(), body);
  std::vector<std::pair<std::string, std::string>> seen;
  message.VisitHeaders([&](const Header& header) {
    seen.emplace_back(header.name, header.value);
  });
  EXPECT_THAT(seen, UnorderedElementsAre(Pair("A", "one value"), Pair("B", "2"),
                                         Pair("a", "names have their case")));
  EXPECT_EQ(message.header("B"), "2");
  EXPECT_EQ(message.header("b"), std::nullopt);
}

TEST_P(Core, ALargeMessageArrives) {
  Messages got;
  auto subscription = Subscribe(other(), "s", got);
  const std::string body(900'000, 'x');
  EXPECT_THAT(Send(transport(), "s", body), IsOk());
  ASSERT_TRUE(Until([&] { return got.all.size() == 1; }));
  EXPECT_EQ(got.all[0].body(), body);
}

TEST_P(Core, SendRefusesWhatNatsCannotCarry) {
  const std::string large(transport().server().max_payload + 1, 'x');
  EXPECT_THAT(Send(transport(), "s", large),
              IsRefused(absl::StatusCode::kFailedPrecondition, 0));
  EXPECT_THAT(Send(transport(), "two words"),
              IsRefused(absl::StatusCode::kFailedPrecondition, 0));
  EXPECT_THAT(Send(transport(), ""),
              IsRefused(absl::StatusCode::kFailedPrecondition, 0));
  for (const Header header : {Header{"A", "1\r\nB: 2"}, Header{"A", ""},
                              Header{"", "1"}, Header{"A:", "1"}}) {
    EXPECT_THAT(
        transport().Send(
            {.subject = "s", .headers = {&header, 1}, .body = {}, .reply = {}}),
        IsRefused(absl::StatusCode::kFailedPrecondition, 0))
        << header.name << ": " << header.value;
  }
  // And goes on.
  Messages got;
  auto subscription = Subscribe(other(), "s", got);
  EXPECT_THAT(Send(transport(), "s", "fine"), IsOk());
  ASSERT_TRUE(Until([&] { return got.all.size() == 1; }));
}

TEST_P(Core, AStoppedSubscriptionGetsNoMore) {
  Messages stopped;
  Messages destroyed;
  Messages stays;
  auto a = Subscribe(transport(), "s", stopped);
  auto b = Subscribe(transport(), "s", destroyed);
  auto c = Subscribe(transport(), "s", stays);
  EXPECT_THAT(Send(transport(), "s"), IsOk());
  ASSERT_TRUE(Until([&] { return stays.all.size() == 1; }));
  a->Stop();
  b.reset();
  EXPECT_THAT(Send(transport(), "s"), IsOk());
  ASSERT_TRUE(Until([&] { return stays.all.size() == 2; }));
  EXPECT_THAT(stopped.all, SizeIs(1));
  EXPECT_THAT(destroyed.all, SizeIs(1));
}

TEST_P(Core, AStoppedMemberLeavesItsQueue) {
  Messages one;
  Messages two;
  auto a = Subscribe(transport(), "work", one, "q");
  auto b = Subscribe(transport(), "work", two, "q");
  a->Stop();
  for (int i = 0; i < 20; ++i) {
    EXPECT_THAT(Send(transport(), "work"), IsOk());
  }
  ASSERT_TRUE(Until([&] { return two.all.size() == 20; }));
  EXPECT_THAT(one.all, IsEmpty());
}

TEST_P(Core, ARequestIsAnswered) {
  Echo echo(other());
  auto subscription = Subscribe(other(), "echo", echo);
  const Header headers[] = {{"Trace", "t-1"}};
  const transport::Outgoing request{
      .subject = "echo", .headers = headers, .body = "ping", .reply = {}};
  const auto answer = Run(transport().Request(request, kSoon));
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->body(), "ping");
  EXPECT_EQ(answer->header("Trace"), "t-1");
}

TEST_P(Core, ManyRequestsAreToldApart) {
  Echo echo(other());
  auto subscription = Subscribe(other(), "echo", echo);
  for (int i = 0; i < 20; ++i) {
    const std::string body = std::to_string(i);
    const auto answer = Request("echo", body, kSoon);
    ASSERT_THAT(answer, IsOk());
    EXPECT_EQ(answer->body(), body);
  }
}

TEST_P(Core, ARequestToNobodyFailsAtOnce) {
  EXPECT_THAT(Request("nobody", "?", absl::Minutes(1)),
              IsRefused(absl::StatusCode::kUnavailable, 0));
}

TEST_P(Core, ARequestToSomebodySilentTakesItsTime) {
  Messages silent;
  auto subscription = Subscribe(other(), "silent", silent);
  EXPECT_THAT(Request("silent", "?", absl::Milliseconds(50)),
              IsRefused(absl::StatusCode::kDeadlineExceeded, 0));
  EXPECT_THAT(silent.all, SizeIs(1));
}

TEST_P(Core, KnowsItsServer) {
  const transport::ServerInfo& server = transport().server();
  EXPECT_EQ(transport().state(), transport::State::kUp);
  EXPECT_EQ(server.max_payload, 1 << 20);
  const auto version = testing::model::ParseVersion(server.version);
  ASSERT_TRUE(version.has_value()) << server.version;
  const transport::Features expected = testing::model::FeaturesOf(*version);
  EXPECT_EQ(server.features.compression, expected.compression);
  EXPECT_EQ(server.features.metadata, expected.metadata);
  EXPECT_EQ(server.features.filter_subjects, expected.filter_subjects);
  EXPECT_EQ(server.features.term_reason, expected.term_reason);
  EXPECT_EQ(server.features.api_level, expected.api_level);
}

INSTANTIATE_TEST_SUITE_P(, Core, ::testing::ValuesIn(AllSides()), SideName);

}  // namespace
}  // namespace walnats::contract
