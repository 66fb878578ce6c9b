#include "walnats/nats/connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

#include "connection_fixture.h"
#include "walnats/base/strings.h"

namespace walnats::nats {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class CountingSink final : public transport::MessageSink {
 public:
  void OnMessage(transport::Message message) override {
    bodies.emplace_back(message.body());
    if (on_message) on_message();
  }
  std::vector<std::string> bodies;
  std::function<void()> on_message;
};

TEST_F(ConnectionTest, TellsWhichServerItFound) {
  StartServer();
  ASSERT_EQ(Connect(), absl::OkStatus());
  EXPECT_TRUE(connection_->up());
  EXPECT_EQ(connection_->server().url, server_->url());
  EXPECT_EQ(connection_->server().version, server_->version());
  EXPECT_EQ(connection_->server().max_payload, 1 << 20);
  EXPECT_FALSE(connection_->server().name.empty());
}

TEST_F(ConnectionTest, EchoesThroughItsInbox) {
  StartServer();
  ASSERT_EQ(Connect(), absl::OkStatus());
  ASSERT_EQ(Publish(Inbox("a1"), "hello", "some.reply"), absl::OkStatus());
  EXPECT_GT(connection_->unsent(), 5u);
  ASSERT_TRUE(RunUntil([&] { return sink_.count == 1; }));
  EXPECT_EQ(sink_.messages[0].subject, Inbox("a1"));
  EXPECT_EQ(sink_.messages[0].reply, "some.reply");
  EXPECT_EQ(sink_.messages[0].body, "hello");
  EXPECT_GE(sink_.idle, 1);
  EXPECT_EQ(connection_->unsent(), 0u);
}

TEST_F(ConnectionTest, CarriesEveryHeader) {
  StartServer();
  ASSERT_EQ(Connect(), absl::OkStatus());
  class Sink final : public transport::MessageSink {
   public:
    void OnMessage(transport::Message message) override {
      id = message.header("Nats-Msg-Id").value_or("");
      absent = !message.header("nats-msg-id").has_value();
      message.VisitHeaders([&](const Header& header) {
        all.push_back(Cat(header.name, "=", header.value));
      });
    }
    std::string id;
    bool absent = false;
    std::vector<std::string> all;
  } sink;
  auto subscription = connection_->Subscribe("with.headers", "", sink);
  ASSERT_TRUE(subscription.ok()) << subscription.status();
  const Header headers[] = {{"Nats-Msg-Id", "7"}, {"A", "1"}, {"A", "2"}};
  ASSERT_EQ(connection_->Publish({.subject = "with.headers",
                                  .headers = headers,
                                  .body = std::string_view("\0b", 2),
                                  .reply = ""}),
            absl::OkStatus());
  ASSERT_TRUE(RunUntil([&] { return !sink.all.empty(); }));
  EXPECT_EQ(sink.id, "7");
  EXPECT_TRUE(sink.absent);
  EXPECT_THAT(sink.all,
              ::testing::UnorderedElementsAre("Nats-Msg-Id=7", "A=1", "A=2"));
}

TEST_F(ConnectionTest, HandsOverThatNobodyResponds) {
  StartServer();
  ASSERT_EQ(Connect(), absl::OkStatus());
  ASSERT_EQ(Publish("nobody.listens", "1", Inbox("p17")), absl::OkStatus());
  ASSERT_TRUE(RunUntil([&] { return sink_.count == 1; }));
  EXPECT_EQ(sink_.messages[0].subject, Inbox("p17"));
  EXPECT_EQ(sink_.messages[0].status, "503");
  EXPECT_EQ(sink_.messages[0].body, "");
}

TEST_F(ConnectionTest, RefusesWhatNatsCannotCarry) {
  StartServer();
  ASSERT_EQ(Connect(), absl::OkStatus());
  const std::string big((1 << 20) + 1, 'x');
  const absl::Status too_big = Publish("big.one", big);
  EXPECT_EQ(too_big.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(too_big.message(), HasSubstr("\"big.one\": payload of 1048577"));
  for (const std::string_view subject : {"", "a b", "a\r\nPUB b 0\r\n"}) {
    EXPECT_EQ(Publish(subject, "").code(),
              absl::StatusCode::kFailedPrecondition);
  }
  EXPECT_EQ(Publish("a", "", "b c").code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(RoundTrip());
}

TEST_F(ConnectionTest, EchoesHundredThousandMessages) {
  StartServer();
  ASSERT_EQ(Connect(), absl::OkStatus());
  sink_.keep = false;
  constexpr int kCount = 100'000;
  int sent = 0;
  const std::string subject = Inbox("echo");
  const std::string body(128, 'x');
  const absl::Time begin = clock_.Now();
  ASSERT_TRUE(RunUntil([&] {
    while (sent < kCount && sent - sink_.count < 4096 &&
           connection_->writable()) {
      if (!Publish(subject, body).ok()) return true;
      ++sent;
    }
    return sink_.count >= kCount;
  }));
  EXPECT_EQ(sink_.count, kCount);
  RecordProperty(
      "messages_per_second",
      static_cast<int>(kCount / absl::ToDoubleSeconds(clock_.Now() - begin)));
}

TEST_F(ConnectionTest, ReturnsToTheIoContextWhileMessagesPour) {
  StartServer();
  ConnectionOptions options = Options({server_->url()});
  options.ping_interval = absl::Milliseconds(10);
  ASSERT_EQ(Connect(options), absl::OkStatus());
  constexpr int kCount = 200;
  sink_.on_message = [this] {
    const absl::Time until = clock_.Now() + absl::Milliseconds(1);
    while (clock_.Now() < until) {
    }
  };
  for (int i = 0; i < kCount; ++i) {
    ASSERT_EQ(Publish(Inbox("slow"), ""), absl::OkStatus());
  }
  ASSERT_TRUE(RunUntil([&] { return sink_.count == kCount; }));
  // Four slow ones end a slice, and each slice ends with OnIdle.
  EXPECT_GE(sink_.idle, kCount / 4);
  // Nothing was read meanwhile, but nothing was missed.
  EXPECT_EQ(sink_.downs, 0);
}

TEST_F(ConnectionTest, SaysWhenItsBufferIsOverTheBoundAndWhenItIsEmpty) {
  StartServer();
  ASSERT_EQ(Connect(), absl::OkStatus());
  const std::string body(64 << 10, 'x');
  int sent = 0;
  while (connection_->writable()) {
    ASSERT_EQ(Publish("bulk", body), absl::OkStatus());
    ASSERT_LT(++sent, 20);
  }
  EXPECT_GE(connection_->unsent(), std::size_t{1} << 20);
  ASSERT_TRUE(RunUntil([&] { return sink_.writables == 1; }));
  EXPECT_TRUE(connection_->writable());
  EXPECT_EQ(connection_->unsent(), 0u);
}

TEST_F(ConnectionTest, SubscriptionEndsInsideItsOwnMessage) {
  StartServer();
  ASSERT_EQ(Connect(), absl::OkStatus());
  CountingSink sink;
  auto subscription = connection_->Subscribe("topic", "", sink);
  ASSERT_TRUE(subscription.ok()) << subscription.status();
  sink.on_message = [&] { subscription->reset(); };
  for (int i = 0; i < 10; ++i) {
    ASSERT_EQ(Publish("topic", Cat(i)), absl::OkStatus());
  }
  ASSERT_TRUE(RoundTrip());
  EXPECT_THAT(sink.bodies, ElementsAre("0"));
}

TEST_F(ConnectionTest, SinkMaySubscribePublishAndEndOthers) {
  StartServer();
  ASSERT_EQ(Connect(), absl::OkStatus());
  CountingSink first;
  CountingSink second;
  auto one = connection_->Subscribe("one", "", first);
  std::unique_ptr<transport::Subscription> two;
  ASSERT_TRUE(one.ok()) << one.status();
  first.on_message = [&] {
    if (first.bodies.size() == 1) {
      two = *connection_->Subscribe("two", "group", second);
      EXPECT_EQ(Publish("two", "x"), absl::OkStatus());
    } else {
      two.reset();
    }
  };
  ASSERT_EQ(Publish("one", "1"), absl::OkStatus());
  ASSERT_TRUE(RunUntil([&] { return second.bodies.size() == 1; }));
  ASSERT_EQ(Publish("one", "2"), absl::OkStatus());
  ASSERT_EQ(Publish("two", "y"), absl::OkStatus());
  ASSERT_TRUE(RunUntil([&] { return first.bodies.size() == 2; }));
  ASSERT_TRUE(RoundTrip());
  EXPECT_EQ(second.bodies.front(), "x");
}

TEST_F(ConnectionTest, RefusesAnInvalidSubscription) {
  StartServer();
  ASSERT_EQ(Connect(), absl::OkStatus());
  CountingSink sink;
  const auto subscription = connection_->Subscribe("a..b", "", sink);
  EXPECT_EQ(subscription.status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(subscription.status().message(), HasSubstr("\"a..b\""));
}

TEST_F(ConnectionTest, ClosesFromWithinAMessage) {
  StartServer();
  ASSERT_EQ(Connect(), absl::OkStatus());
  sink_.on_message = [this] { CloseSoon(); };
  for (int i = 0; i < 100; ++i) {
    ASSERT_EQ(Publish(Inbox("a"), "x"), absl::OkStatus());
  }
  ASSERT_TRUE(RunUntil([&] { return connection_ == nullptr; }));
  EXPECT_EQ(sink_.count, 1);
}

TEST_F(ConnectionTest, CloseWritesWhatIsBuffered) {
  StartServer();
  ASSERT_EQ(Connect(), absl::OkStatus());
  auto writer = std::move(connection_);
  ASSERT_EQ(Connect(), absl::OkStatus());
  CountingSink sink;
  auto subscription = connection_->Subscribe("last.words", "", sink);
  ASSERT_TRUE(RoundTrip());
  for (int i = 0; i < 5'000; ++i) {
    ASSERT_EQ(writer->Publish({.subject = "last.words",
                               .headers = {},
                               .body = "0123456789",
                               .reply = ""}),
              absl::OkStatus());
  }
  std::swap(writer, connection_);
  Close();
  std::swap(writer, connection_);
  EXPECT_TRUE(RunUntil([&] { return sink.bodies.size() == 5'000; }));
  EXPECT_THAT(sink.bodies, Each("0123456789"));
  subscription->reset();
}

TEST_F(ConnectionTest, SubscriptionMayOutliveTheConnection) {
  StartServer();
  ASSERT_EQ(Connect(), absl::OkStatus());
  CountingSink sink;
  auto subscription = connection_->Subscribe("topic", "", sink);
  Close();
  subscription->reset();
  EXPECT_THAT(sink.bodies, ElementsAre());
}

}  // namespace
}  // namespace walnats::nats
