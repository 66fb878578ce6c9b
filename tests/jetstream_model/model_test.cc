// Streams and consumers as the API creates, finds and ends them.

#include "walnats/testing/jetstream_model/model.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/jetstream_model/model_fixture.h"

namespace walnats::testing::model {
namespace {

using transport::AckPolicy;
using transport::ConsumerConfig;
using transport::DeliverPolicy;

class OldModelTest : public ModelTest {
 protected:
  OldModelTest() : ModelTest(kOldest) {}
};

// ---- streams

TEST_F(ModelTest, CreateIsIdempotent) {
  Create({.name = "A", .subjects = {"a", "b"}});
  EXPECT_TRUE(model_.CreateStream({.name = "A", .subjects = {"a", "b"}}).ok());
  EXPECT_EQ(CodeOf(model_.CreateStream({.name = "A", .subjects = {"b", "a"}})),
            10058);
  EXPECT_EQ(CodeOf(model_.CreateStream({.name = "B", .subjects = {"*"}})),
            10065);
  EXPECT_EQ(CodeOf(model_.CreateStream({.name = "B", .replicas = 3})), 10074);
  EXPECT_EQ(CodeOf(model_.CreateStream({.name = "a/b"})), 10128);
  EXPECT_TRUE(model_.CreateStream({.name = "a.b"}).refusal().silent());
}

TEST_F(ModelTest, UpdateMayNotOverlapEither) {
  Create({.name = "A", .subjects = {"a"}});
  Create({.name = "B", .subjects = {"b"}});
  EXPECT_EQ(CodeOf(model_.UpdateStream({.name = "B", .subjects = {"a"}})),
            10065);
  EXPECT_TRUE(model_.UpdateStream({.name = "B", .subjects = {"b", "c"}}).ok());
  EXPECT_EQ(CodeOf(model_.UpdateStream({.name = "Z"})), 10059);
}

TEST_F(ModelTest, ListsByName) {
  Create({.name = "B"});
  Create({.name = "A"});
  const std::vector<transport::StreamInfo> infos = model_.ListStreams();
  ASSERT_EQ(infos.size(), 2u);
  EXPECT_EQ(infos[0].config.name, "A");
  EXPECT_EQ(infos[1].created, kStart);
  EXPECT_EQ(CodeOf(model_.GetStream("Z")), 10059);
}

TEST_F(ModelTest, DeleteEndsPullsAndTellsInOrder) {
  Create({.name = "A"});
  Consume("A", "c");
  model_.Pull("A", "c", {.batch = 1}, {.client = 1, .subject = "in.1"});
  model_.TakeActions();
  ASSERT_TRUE(model_.DeleteStream("A").ok());
  const std::vector<Action> actions = model_.TakeActions();
  ASSERT_EQ(actions.size(), 3u);
  EXPECT_EQ(std::get<PullStatus>(actions[0]).code, 409);
  EXPECT_EQ(std::get<PullStatus>(actions[0]).description, "Consumer Deleted");
  EXPECT_EQ(std::get<Advisory>(actions[1]).subject,
            "$JS.EVENT.ADVISORY.CONSUMER.DELETED.A.c");
  EXPECT_EQ(std::get<Advisory>(actions[2]).subject,
            "$JS.EVENT.ADVISORY.STREAM.DELETED.A");
  EXPECT_EQ(CodeOf(model_.DeleteStream("A")), 10059);
  EXPECT_FALSE(model_.Pull("A", "c", {}, {.client = 1, .subject = "in.1"}));
}

TEST_F(ModelTest, RestartForgetsMemory) {
  Create({.name = "A"});
  Create({.name = "M", .storage = Storage::kMemory});
  Consume("A", "durable");
  ASSERT_TRUE(model_
                  .PutConsumer("A", {.name = "memory", .memory_storage = true},
                               ConsumerAction::kCreate)
                  .ok());
  Store("A");
  model_.Restart();
  EXPECT_EQ(CodeOf(model_.GetStream("M")), 10059);
  EXPECT_EQ(Info("A").messages, 1u);
  ASSERT_EQ(model_.ListConsumers("A")->size(), 1u);
  EXPECT_EQ(model_.ListConsumers("A")->front().config.name, "durable");
}

// ---- messages

TEST_F(ModelTest, GetsOneInThreeWays) {
  Create({.name = "A", .subjects = {"a.>"}});
  for (const std::string_view subject : {"a.1", "a.2", "a.1"}) Store(subject);
  const auto sequence = [this](const transport::GetOptions& options) {
    const auto message = model_.GetMessage("A", options);
    return message.ok() ? message->sequence : 0;
  };
  EXPECT_EQ(sequence({.sequence = 2}), 2u);
  EXPECT_EQ(sequence({.last_by_subject = "a.1"}), 3u);
  EXPECT_EQ(sequence({.last_by_subject = "a.*"}), 3u);
  EXPECT_EQ(sequence({.next_by_subject = "a.1", .from = 2}), 3u);
  EXPECT_EQ(CodeOf(model_.GetMessage("A", {.sequence = 9})), 10037);
  EXPECT_EQ(CodeOf(model_.GetMessage("A", {.last_by_subject = "b"})), 10037);
  EXPECT_EQ(CodeOf(model_.GetMessage("A", {})), 10003);
  EXPECT_EQ(
      CodeOf(model_.GetMessage("A", {.sequence = 1, .last_by_subject = "a"})),
      10003);
  EXPECT_EQ(CodeOf(model_.GetMessage("Z", {.sequence = 1})), 10059);
}

TEST_F(ModelTest, GetsTheLastOfManySubjects) {
  Create({.name = "A", .subjects = {"a.>"}, .allow_direct = true});
  for (const std::string_view subject : {"a.1", "a.2", "a.1"}) Store(subject);
  const auto all = model_.GetMessages("A", {.subjects = {"a.*"}});
  ASSERT_TRUE(all.ok());
  ASSERT_EQ(all->size(), 2u);
  EXPECT_EQ((*all)[0].sequence, 2u);
  EXPECT_EQ((*all)[1].sequence, 3u);
  const auto early = model_.GetMessages("A", {.subjects = {"a.*"}, .up_to = 1});
  ASSERT_TRUE(early.ok());
  EXPECT_EQ(early->front().sequence, 1u);
  EXPECT_EQ(model_.GetMessages("A", {.subjects = {"b"}}).refusal().http_code,
            404);
  Create({.name = "B"});
  EXPECT_EQ(model_.GetMessages("B", {.subjects = {"B"}}).refusal().http_code,
            503);
}

TEST_F(OldModelTest, ManyAreNotAnswered) {
  Create({.name = "A", .allow_direct = true});
  EXPECT_TRUE(model_.GetMessages("A", {.subjects = {"A"}}).refusal().silent());
}

// ---- consumers

struct ConsumerCase {
  ConsumerConfig config;
  int old_code;
  int code;
};

// Measured on 2.9.10 and 2.15.1.
std::vector<ConsumerCase> InvalidConsumers() {
  return {
      {{.name = "*"}, 10103, 10052},
      {{.name = "x/y"}, 10127, 10127},
      {{.name = "c", .filter_subjects = {"z"}}, 10093, 0},
      {{.name = "c", .filter_subjects = {">"}}, 0, 0},
      {{.name = "c", .filter_subjects = {"*.c"}}, 10093, 0},
      {{.name = "c", .filter_subjects = {"a.b", "a.c"}}, 0, 0},
      {{.name = "c", .filter_subjects = {"a.*", "a.c"}}, 0, 10138},
      {{.name = "c", .filter_subjects = {"a.*.c", "a.b.*"}}, 0, 0},
      {{.name = "c", .filter_subjects = {"a.c", "a.c"}}, 0, 10138},
      {{.name = "c", .filter_subjects = {"a.c", ""}}, 0, 10139},
      {{.name = "c", .deliver = DeliverPolicy::kLastPerSubject}, 10094, 10094},
      {{.name = "c", .deliver = DeliverPolicy::kBySequence}, 10094, 10094},
      {{.name = "c", .replicas = 3}, 10074, 10074},
      {{.name = "c", .ack = AckPolicy::kNone}, 0, 0},
  };
}

TEST(NewConsumerTest, IsRefusedByRelease) {
  for (const Version& version : {kOldest, kNewest}) {
    int i = 0;
    for (const ConsumerCase& c : InvalidConsumers()) {
      Model model({.version = version}, kStart);
      ASSERT_TRUE(model.CreateStream({.name = "A", .subjects = {"a.>"}}).ok());
      const auto answer =
          model.PutConsumer("A", c.config, ConsumerAction::kCreateOrUpdate);
      EXPECT_EQ(CodeOf(answer), version == kOldest ? c.old_code : c.code)
          << ToString(version) << " case " << i << ' ' << TextOf(answer);
      ++i;
    }
  }
}

TEST_F(ModelTest, ActionsAreToldApart) {
  Create({.name = "A"});
  const auto put = [this](const ConsumerConfig& config, ConsumerAction action) {
    return CodeOf(model_.PutConsumer("A", config, action));
  };
  EXPECT_EQ(put({.name = "c"}, ConsumerAction::kUpdate), 10149);
  EXPECT_EQ(put({.name = "c"}, ConsumerAction::kCreate), 0);
  EXPECT_EQ(put({.name = "c"}, ConsumerAction::kCreate), 0);
  EXPECT_EQ(put({.name = "c", .max_deliver = 3}, ConsumerAction::kCreate),
            10148);
  EXPECT_EQ(put({.name = "c", .max_deliver = 3}, ConsumerAction::kUpdate), 0);
  EXPECT_EQ(model_.GetConsumer("A", "c")->config.max_deliver, 3);
  EXPECT_EQ(
      CodeOf(model_.PutConsumer("Z", {.name = "c"}, ConsumerAction::kCreate)),
      10059);
}

TEST_F(OldModelTest, ActionsAreNotReadByOldReleases) {
  Create({.name = "A"});
  EXPECT_TRUE(
      model_.PutConsumer("A", {.name = "c"}, ConsumerAction::kUpdate).ok());
  EXPECT_TRUE(model_
                  .PutConsumer("A", {.name = "c", .max_deliver = 3},
                               ConsumerAction::kCreate)
                  .ok());
  EXPECT_EQ(model_.GetConsumer("A", "c")->config.max_deliver, 3);
}

TEST_F(ModelTest, WorkQueueHasOneConsumerPerSubject) {
  Create(
      {.name = "W", .subjects = {"w.>"}, .retention = Retention::kWorkQueue});
  const auto put = [this](const ConsumerConfig& config) {
    return CodeOf(
        model_.PutConsumer("W", config, ConsumerAction::kCreateOrUpdate));
  };
  EXPECT_EQ(put({.name = "n", .ack = AckPolicy::kNone}), 10084);
  EXPECT_EQ(put({.name = "n", .ack = AckPolicy::kAll}), 10098);
  EXPECT_EQ(put({.name = "n", .deliver = DeliverPolicy::kNew}), 10101);
  EXPECT_EQ(put({.name = "one", .filter_subjects = {"w.1"}}), 0);
  EXPECT_EQ(put({.name = "n"}), 10099);
  EXPECT_EQ(put({.name = "n", .filter_subjects = {"w.1"}}), 10100);
  EXPECT_EQ(put({.name = "n", .filter_subjects = {"w.>"}}), 10100);
  EXPECT_EQ(put({.name = "two", .filter_subjects = {"w.2"}}), 0);
  EXPECT_EQ(put({.name = "two", .filter_subjects = {"w.1"}}), 10100);
}

TEST_F(ModelTest, MaxConsumersCountsNewOnesOnly) {
  Create({.name = "A", .max_consumers = 1});
  Consume("A", "c");
  Consume("A", "c");
  EXPECT_EQ(
      CodeOf(model_.PutConsumer("A", {.name = "d"}, ConsumerAction::kCreate)),
      10026);
}

TEST_F(ModelTest, AThousandConsumersWithoutABound) {
  Create({.name = "A"});
  for (int i = 0; i < 1'000; ++i) Consume("A", std::to_string(i));
  EXPECT_EQ(
      CodeOf(model_.PutConsumer("A", {.name = "d"}, ConsumerAction::kCreate)),
      10026);
}

TEST_F(ModelTest, MissingConsumersAreNotFound) {
  Create({.name = "A"});
  EXPECT_EQ(CodeOf(model_.GetConsumer("A", "c")), 10014);
  EXPECT_EQ(CodeOf(model_.GetConsumer("Z", "c")), 10059);
  EXPECT_EQ(CodeOf(model_.DeleteConsumer("A", "c")), 10014);
  EXPECT_EQ(CodeOf(model_.ListConsumers("Z")), 10059);
  EXPECT_EQ(CodeOf(model_.PauseConsumer("A", "c", kStart)), 10014);
  EXPECT_TRUE(model_.ResetConsumer("A", "c", 1).refusal().silent());
}

TEST_F(OldModelTest, PauseIsNotAnswered) {
  Create({.name = "A"});
  Consume("A", "c");
  EXPECT_TRUE(model_.PauseConsumer("A", "c", kStart).refusal().silent());
  EXPECT_TRUE(model_.ResetConsumer("A", "c", 1).refusal().silent());
}

TEST_F(ModelTest, UnusedEphemeralIsDeletedAndTold) {
  Create({.name = "A"});
  ASSERT_TRUE(model_
                  .PutConsumer("A",
                               {.name = "e",
                                .durable = false,
                                .inactive_threshold = absl::Seconds(10)},
                               ConsumerAction::kCreate)
                  .ok());
  model_.TakeActions();
  Elapse(absl::Seconds(9));
  EXPECT_TRUE(model_.GetConsumer("A", "e").ok());
  Elapse(absl::Seconds(2));
  EXPECT_EQ(CodeOf(model_.GetConsumer("A", "e")), 10014);
  const std::vector<Advisory> advisories = Take<Advisory>();
  ASSERT_EQ(advisories.size(), 1u);
  EXPECT_EQ(advisories[0].subject, "$JS.EVENT.ADVISORY.CONSUMER.DELETED.A.e");
}

TEST_F(ModelTest, ThingsHappenInTheOrderOfTimeAcrossStreams) {
  for (const std::string name : {"A", "B"}) {
    Create({.name = name});
    ASSERT_TRUE(
        model_.PutConsumer(name, {.name = "c"}, ConsumerAction::kCreate).ok());
  }
  const auto pull = [this](const std::string& stream, int seconds) {
    model_.Pull(stream, "c", {.expires = absl::Seconds(seconds)},
                {.client = 1, .subject = stream});
  };
  pull("A", 3);
  pull("B", 2);
  pull("A", 1);
  Elapse(absl::Seconds(5));
  std::string order;
  for (const PullStatus& status : Take<PullStatus>()) {
    order += status.inbox.subject;
  }
  EXPECT_EQ(order, "ABA");
}

TEST_F(ModelTest, ChangeOfLeaderEndsPulls) {
  Create({.name = "A"});
  Consume("A", "c");
  model_.Pull("A", "c", {}, {.client = 1, .subject = "in.1"});
  model_.ChangeLeader("A", "c");
  const std::vector<PullStatus> statuses = Take<PullStatus>();
  ASSERT_EQ(statuses.size(), 1u);
  EXPECT_EQ(statuses[0].description, "Leadership Change");
}

TEST_F(ModelTest, ClientTakesItsPullsAlong) {
  Create({.name = "A"});
  Consume("A", "c");
  model_.Pull("A", "c", {}, {.client = 1, .subject = "in.1"});
  model_.Pull("A", "c", {}, {.client = 2, .subject = "in.2"});
  model_.DropInterest(1);
  Store("A");
  const std::vector<Deliver> deliveries = Take<Deliver>();
  ASSERT_EQ(deliveries.size(), 1u);
  EXPECT_EQ(deliveries[0].inbox.client, 2u);
}

}  // namespace
}  // namespace walnats::testing::model
