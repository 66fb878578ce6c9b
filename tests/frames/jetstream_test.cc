// The machines of nats/ over the frame server, end to end.

#include "walnats/nats/jetstream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <optional>
#include <set>

#include "tests/frames/frames_fixture.h"
#include "walnats/runtime/spawn.h"

namespace walnats::nats {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using transport::Transport;

constexpr absl::Duration kTick = absl::Milliseconds(10);

// Acks what it gets.
struct AckingSink final : transport::DeliverySink {
  void OnDelivery(transport::Delivery delivery) override {
    bodies.emplace_back(delivery.message().body());
    transport->Settle(std::move(delivery), transport::Ack{},
                      absl::InfiniteFuture());
  }
  void OnIdle() override {}
  void OnFlowEvent(transport::FlowEvent event, std::string_view) override {
    events.push_back(event);
  }

  Transport* transport = nullptr;
  std::vector<std::string> bodies;
  std::vector<transport::FlowEvent> events;
};

struct Acks {
  int stored = 0;
  std::vector<absl::Status> errors;
};

struct Post final : transport::Publication {
  Post(Acks& counted, std::string with_id) : acks(counted), id(with_id) {
    message = {.subject = "s", .body = id};
    expect.message_id = id;
  }
  void OnPublished(absl::StatusOr<transport::PubAck> ack) override {
    if (ack.ok()) ++acks.stored;
    if (!ack.ok()) acks.errors.push_back(ack.status());
  }
  Acks& acks;
  const std::string id;
};

class FramesJetStreamTest : public FramesTest {
 protected:
  ~FramesJetStreamTest() override {
    flow_.reset();
    if (transport_ == nullptr) return;
    Run(transport_->Close());
    transport_.reset();
  }

  // In fake time, at most a minute of it.
  void Run(Task<void> task) {
    bool done = false;
    const auto run = [](Task<void> inner) -> Task<absl::Status> {
      co_await std::move(inner);
      co_return absl::OkStatus();
    };
    Spawn(clock_.executor(), run(std::move(task)),
          [&done](absl::Status) { done = true; });
    ASSERT_TRUE(Until([&] { return done; }));
  }
  template <class T>
  T Run(Task<T> task) {
    std::optional<T> result;
    const auto keep = [](Task<T> inner, std::optional<T>& kept) -> Task<void> {
      kept.emplace(co_await std::move(inner));
    };
    Run(keep(std::move(task), result));
    return *std::move(result);
  }
  bool Until(const std::function<bool()>& condition) {
    clock_.Poll();
    for (int i = 0; i < absl::Minutes(1) / kTick && !condition(); ++i) {
      clock_.Advance(kTick);
    }
    return condition();
  }

  void Begin(const FrameServerOptions& options) {
    Start(options);
    connector_.emplace(*server_);
    auto connected = Run(connector_->Connect(clock_));
    ASSERT_TRUE(connected.ok()) << connected.status().message();
    transport_ = *std::move(connected);
    sink_.transport = transport_.get();
  }
  void AddStreamAndConsumer() {
    transport::StreamConfig stream;
    stream.name = "S";
    stream.subjects = {"s"};
    ASSERT_TRUE(Run(transport_->CreateStream(stream)).ok());
    transport::ConsumerConfig consumer;
    consumer.name = "c";
    consumer.filter_subjects = {"s"};
    consumer.ack_wait = absl::Seconds(5);
    ASSERT_TRUE(Run(transport_->CreateConsumer("S", consumer)).ok());
    flow_ = transport_->Open(
        "S", "c", {.heartbeat = absl::Seconds(1), .expires = absl::Seconds(5)},
        sink_);
    flow_->Want(1000);
  }
  void Publish(int count) {
    for (int i = 0; i < count; ++i) {
      transport_->Publish(posts_.emplace_back(acks_, Cat("id", posts_.size())));
    }
  }

  std::optional<FrameConnector> connector_;
  std::unique_ptr<Transport> transport_;
  AckingSink sink_;
  Acks acks_;
  std::deque<Post> posts_;
  std::unique_ptr<transport::Flow> flow_;
};

TEST_F(FramesJetStreamTest, FindsOutWhatEachReleaseCan) {
  for (const auto& version : kBoth) {
    Begin({.version = version});
    const transport::Features& features = transport_->server().features;
    const transport::Features expected = testing::model::FeaturesOf(version);
    EXPECT_EQ(features.api_level, expected.api_level);
    EXPECT_EQ(features.metadata, expected.metadata);
    EXPECT_EQ(features.filter_subjects, expected.filter_subjects);
    EXPECT_EQ(features.term_reason, expected.term_reason);
    EXPECT_EQ(features.compression, expected.compression);
    Run(transport_->Close());
    transport_.reset();
  }
}

TEST_F(FramesJetStreamTest, AConfigComesBackAsItWasSent) {
  Begin({});
  transport::StreamConfig config;
  config.name = "S";
  config.description = "all that a stream can say";
  config.subjects = {"a", "b.>"};
  config.discard = Discard::kNew;
  config.max_age = absl::Hours(1);
  config.max_messages = 10;
  config.max_bytes = 1 << 20;
  config.max_message_size = 1000;
  config.max_consumers = 5;
  config.max_messages_per_subject = 3;
  config.duplicate_window = absl::Seconds(30);
  config.compressed = true;
  config.metadata = {{"owner", "shop"}};
  config.allow_direct = true;
  config.allow_rollup = true;
  auto info = Run(transport_->CreateStream(config));
  ASSERT_TRUE(info.ok()) << info.status().message();
  info->config.raw = config.raw;
  EXPECT_EQ(StreamRequest(info->config, transport_->server().features),
            StreamRequest(config, transport_->server().features));
}

TEST_F(FramesJetStreamTest, CarriesMessagesThroughAPerfectNetwork) {
  for (const auto& version : kBoth) {
    Begin({.version = version});
    AddStreamAndConsumer();
    Publish(300);
    clock_.Poll();
    EXPECT_EQ(acks_.stored, 300);
    EXPECT_EQ(sink_.bodies.size(), 300U);
    clock_.Poll();
    EXPECT_EQ(server_->model().GetConsumer("S", "c")->ack_floor_stream_sequence,
              300U);
    flow_.reset();
    Run(transport_->Close());
    transport_.reset();
    acks_.stored = 0;
    sink_.bodies.clear();
  }
}

// At least once, whatever the network does, once it is good again.
TEST_F(FramesJetStreamTest, LosesNothingOverABadNetwork) {
  Begin({.seed = 11});
  AddStreamAndConsumer();
  server_->SetNetwork({.max_delay = absl::Milliseconds(30),
                       .drop = 0.05,
                       .duplicate = 0.05,
                       .reorder = 0.1});
  for (int i = 0; i < 20; ++i) {
    Publish(10);
    clock_.Advance(absl::Milliseconds(100));
    if (i == 5) server_->Disconnect(0, absl::Seconds(1));
    if (i == 9) server_->Restart(absl::Seconds(1));
    if (i == 13) server_->ChangeLeader("S", absl::Seconds(1));
    if (i == 16) server_->LameDuck(1);
    if (i == 17) server_->Stall(1, absl::Seconds(1));
  }
  server_->SetNetwork({});
  EXPECT_TRUE(Until([&] { return acks_.stored == 200; }));
  EXPECT_TRUE(acks_.errors.empty());
  EXPECT_EQ(server_->model().GetStream("S")->messages, 200U);
  EXPECT_TRUE(Until([&] {
    return server_->model().GetConsumer("S", "c")->ack_floor_stream_sequence ==
           200;
  }));
  const std::set<std::string> handled(sink_.bodies.begin(), sink_.bodies.end());
  EXPECT_EQ(handled.size(), 200U);
}

TEST_F(FramesJetStreamTest, ALostPullIsAskedAgainAfterTwoHeartbeats) {
  Begin({});
  AddStreamAndConsumer();
  server_->SetNetwork({.drop = 1});
  clock_.Poll();  // the pull is on its way
  server_->SetNetwork({});
  Publish(1);
  clock_.Advance(absl::Milliseconds(1900));
  EXPECT_THAT(sink_.bodies, IsEmpty());
  clock_.Advance(absl::Milliseconds(200));
  EXPECT_THAT(sink_.bodies, SizeIs(1));
  EXPECT_THAT(sink_.events, ElementsAre(transport::FlowEvent::kStalled,
                                        transport::FlowEvent::kResumed));
}

TEST_F(FramesJetStreamTest, ALeaderChangeCostsNoHeartbeat) {
  Begin({});
  AddStreamAndConsumer();
  clock_.Advance(absl::Milliseconds(100));
  server_->ChangeLeader("S", absl::ZeroDuration());
  clock_.Advance(absl::Milliseconds(100));
  Publish(1);
  clock_.Advance(absl::Milliseconds(100));
  EXPECT_THAT(sink_.bodies, SizeIs(1));
  EXPECT_THAT(sink_.events, IsEmpty());
}

TEST_F(FramesJetStreamTest, AConnectionThatIsDownAtFirstIsAwaited) {
  Start();
  server_->Restart(absl::Seconds(1));
  connector_.emplace(*server_);
  auto connected = Run(connector_->Connect(clock_));
  ASSERT_TRUE(connected.ok()) << connected.status().message();
  transport_ = *std::move(connected);
}

}  // namespace
}  // namespace walnats::nats
