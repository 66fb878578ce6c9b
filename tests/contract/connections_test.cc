// The end of a connection: by Close, and by the death of the server.

#include <algorithm>
#include <string>

#include "tests/contract/contract_fixture.h"

namespace walnats::contract {
namespace {

using ::testing::ElementsAre;
using transport::State;

class States final : public transport::StateSink {
 public:
  void OnState(State state, std::string_view) override { all.push_back(state); }
  std::vector<State> all;
};

class Connections : public Contract {
 protected:
  absl::Status Send(std::string_view subject) {
    return transport().Send(
        {.subject = subject, .headers = {}, .body = {}, .reply = {}});
  }
  absl::Status Request(std::string_view subject) {
    const transport::Outgoing request{
        .subject = subject, .headers = {}, .body = {}, .reply = {}};
    return Run(transport().Request(request, absl::Milliseconds(50))).status();
  }
  // Streams in files survive the server.
  void MakeFileStream() {
    transport::StreamConfig config = StreamOf("s");
    config.storage = Storage::kFile;
    MakeStream(config);
  }
};

TEST_P(Connections, NothingWorksAfterClose) {
  States states;
  transport().SetStateSink(&states);
  Run(transport().Close());
  EXPECT_EQ(transport().state(), State::kClosed);
  EXPECT_THAT(states.all, ElementsAre(State::kClosed));
  transport().SetStateSink(nullptr);
  constexpr auto kClosed = absl::StatusCode::kFailedPrecondition;
  Messages messages;
  EXPECT_THAT(Send("s"), IsRefused(kClosed, 0));
  EXPECT_THAT(transport().Subscribe("s", "", messages), IsRefused(kClosed, 0));
  EXPECT_THAT(Request("s"), IsRefused(kClosed, 0));
  EXPECT_THAT(Publish("s", ""), IsRefused(kClosed, 0));
  EXPECT_THAT(Run(transport().GetStream("s")), IsRefused(kClosed, 0));
  EXPECT_THAT(Run(transport().Flush(kSoon)), IsRefused(kClosed, 0));
  Run(transport().Close());  // once more does no harm
}

TEST_P(Connections, AClosedClientsSubscriptionsAreGone) {
  Messages got;
  auto subscription = other().Subscribe("s", "", got);
  ASSERT_THAT(subscription, IsOk());
  ASSERT_TRUE(Until([&] { return absl::IsDeadlineExceeded(Request("s")); }));
  const std::size_t before = got.all.size();
  Run(other().Close());
  ASSERT_TRUE(Until([&] { return absl::IsUnavailable(Request("s")); }));
  EXPECT_EQ(got.all.size(), before);
}

// What a client holds when it goes is delivered to another.
TEST_P(Connections, AClosedClientsDeliveriesComeToOthers) {
  MakeStream(StreamOf("s"));
  MakeConsumer("s", ConsumerOf("c", {"s"}));
  PublishMany("s", 2);
  Deliveries theirs(clock());
  auto their_flow = other().Open("s", "c", {}, theirs);
  their_flow->Want(1);
  ASSERT_TRUE(Until([&] { return theirs.all.size() == 1; }));
  Run(other().Close());
  Deliveries mine(clock());
  auto flow = Open("s", "c", mine);
  Pull(*flow, mine, 2);
  EXPECT_THAT(mine.Sequences(), ElementsAre(2, 1));
}

TEST_P(Connections, CloseEndsWhatIsOpen) {
  MakeStream(StreamOf("s"));
  MakeConsumer("s", ConsumerOf("c", {"s"}));
  Deliveries deliveries(clock());
  auto flow = Open("s", "c", deliveries);
  flow->Want(10);
  const Publication& publication = Begin({.subject = "s"});
  Run(transport().Close());
  ASSERT_TRUE(Until([&] { return publication.result.has_value(); }));
  EXPECT_THAT(*publication.result,
              ::testing::AnyOf(IsOk(), HasCode(absl::StatusCode::kUnknown)));
  const std::size_t before = deliveries.all.size();
  flow->Want(10);
  flow->Stop();
  Elapse(absl::Milliseconds(10));
  EXPECT_EQ(deliveries.all.size(), before);
}

TEST_P(Connections, FlushWaitsForWhatWasPublished) {
  MakeStream(StreamOf("s"));
  std::vector<const Publication*> publications;
  for (int i = 0; i < 100; ++i) {
    publications.push_back(&Begin({.subject = "s"}));
  }
  EXPECT_THAT(Run(transport().Flush(absl::Seconds(1))), IsOk());
  for (const Publication* publication : publications) {
    ASSERT_TRUE(publication->result.has_value());
    EXPECT_THAT(*publication->result, IsOk());
  }
  EXPECT_THAT(Run(transport().Flush(absl::ZeroDuration())), IsOk());
}

TEST_P(Connections, ComesBackAfterItsServerDied) {
  States states;
  transport().SetStateSink(&states);
  Messages got;
  auto subscription = transport().Subscribe("s", "", got);
  ASSERT_THAT(subscription, IsOk());
  RestartServer();
  ASSERT_TRUE(Until([&] {
    return states.all.size() >= 2 && states.all.back() == State::kUp;
  }));
  EXPECT_EQ(states.all.front(), State::kDown);
  EXPECT_THAT(Send("s"), IsOk());
  ASSERT_TRUE(Until([&] { return got.all.size() == 1; }));
  transport().SetStateSink(nullptr);
}

TEST_P(Connections, AFlowGoesOnAfterItsServerDied) {
  MakeFileStream();
  transport::ConsumerConfig config = ConsumerOf("c", {"s"});
  config.ack_wait = absl::Seconds(1);
  MakeConsumer("s", config);
  Deliveries deliveries(clock());
  auto flow = Open("s", "c", deliveries);
  flow->Want(10);
  PublishMany("s", 2);
  ASSERT_TRUE(Until([&] { return deliveries.all.size() == 2; }));
  ASSERT_THAT(Run(transport().AckSync(deliveries.Take(1))), IsOk());
  deliveries.all.clear();
  RestartServer();
  // Only with an id a publish can be sent again whose answer was lost.
  ASSERT_THAT(Publish({.subject = "s", .expect = {.message_id = "3"}}), IsOk());
  // The server may have forgotten the ack, but nothing that was not acked.
  EXPECT_TRUE(Until(
      [&] {
        const std::vector<uint64_t> got = deliveries.Sequences();
        return std::ranges::count(got, 2) > 0 && std::ranges::count(got, 3) > 0;
      },
      absl::Seconds(3)));
}

TEST_P(Connections, APublishWithAnIdOutlivesTheServer) {
  MakeFileStream();
  std::vector<const Publication*> publications;
  std::vector<std::string> ids;
  for (int i = 0; i < 100; ++i) ids.push_back("id-" + std::to_string(i));
  for (const std::string& id : ids) {
    publications.push_back(
        &Begin({.subject = "s", .expect = {.message_id = id}}));
  }
  RestartServer(absl::Milliseconds(50));
  EXPECT_THAT(Run(transport().Flush(absl::Seconds(10))), IsOk());
  for (const Publication* publication : publications) {
    ASSERT_TRUE(publication->result.has_value());
    EXPECT_THAT(*publication->result, IsOk());
  }
  EXPECT_EQ(Stream("s").messages, ids.size());
}

INSTANTIATE_TEST_SUITE_P(, Connections, ::testing::ValuesIn(AllSides()),
                         SideName);

}  // namespace
}  // namespace walnats::contract
