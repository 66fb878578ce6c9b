// How Run brings streams in line with their events.

#include <gmock/gmock.h>

#include "tests/integration/services_fixture.h"
#include "walnats/base/strings.h"
#include "walnats/status.h"

namespace walnats::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr TextEvent kOrder("shop.order");
constexpr TextEvent kLimited("shop.order",
                             {.description = "A customer placed an order.",
                              .limits = {.age = absl::Hours(1),
                                         .messages = 1000,
                                         .bytes = 1 << 20,
                                         .message_size = 4096,
                                         .consumers = 5,
                                         .per_subject = 500,
                                         .duplicates = absl::Seconds(30),
                                         .discard = Discard::kNew,
                                         .retention = Retention::kWorkQueue,
                                         .storage = Storage::kMemory}});
constexpr TextEvent kLarger("shop.order", {.description = "More of them.",
                                           .limits = {.age = absl::Hours(2),
                                                      .messages = 2000}});

// Counts what is published on a subject.
struct Count final : transport::MessageSink {
  void OnMessage(transport::Message) override { ++value; }
  int value = 0;
};

class ServicesRegisterTest : public ServicesServer {
 protected:
  // Runs with `event` until it is registered; its warnings.
  absl::StatusOr<std::vector<std::string>> Register(
      const DeclaredEvent& event, RegisterOptions registration = {}) {
    ServicesOptions options = Options();
    options.registration = registration;
    Running& running =
        Launch({{.name = "shop", .emits = {event}}}, options, Url());
    const absl::Status ready = running.Ready();
    if (!ready.ok()) return ready;
    std::vector<std::string> warnings = running.health().warnings;
    EXPECT_EQ(running.Stop(), absl::OkStatus());
    return warnings;
  }
  void ExpectRegisters(const DeclaredEvent& event) {
    const auto warnings = Register(event);
    ASSERT_TRUE(warnings.ok()) << warnings.status();
    EXPECT_THAT(*warnings, IsEmpty());
  }
};

TEST_F(ServicesRegisterTest, CreatesAStreamWithAllItsLimits) {
  ASSERT_NO_FATAL_FAILURE(ExpectRegisters(kLimited));
  const transport::StreamConfig config = Stream("shop-order");
  EXPECT_EQ(config.description, "A customer placed an order.");
  EXPECT_THAT(config.subjects, ElementsAre("shop.order"));
  EXPECT_EQ(config.max_age, absl::Hours(1));
  EXPECT_EQ(config.max_messages, 1000);
  EXPECT_EQ(config.max_bytes, 1 << 20);
  EXPECT_EQ(config.max_message_size, 4096);
  EXPECT_EQ(config.max_consumers, 5);
  EXPECT_EQ(config.max_messages_per_subject, 500);
  EXPECT_EQ(config.duplicate_window, absl::Seconds(30));
  EXPECT_EQ(config.discard, Discard::kNew);
  EXPECT_EQ(config.retention, Retention::kWorkQueue);
  EXPECT_EQ(config.storage, Storage::kMemory);
  EXPECT_EQ(config.replicas, 1);
}

// The third start proves that an update would have been noticed.
TEST_F(ServicesRegisterTest, WritesNothingWhenItStartsAgain) {
  ASSERT_NO_FATAL_FAILURE(ExpectRegisters(kOrder));
  const auto before = Await(raw().GetStream("shop-order"));
  Count updates;
  const auto subscription =
      raw().Subscribe("$JS.EVENT.ADVISORY.STREAM.UPDATED.>", "", updates);
  ASSERT_TRUE(subscription.ok()) << subscription.status();
  ASSERT_NO_FATAL_FAILURE(ExpectRegisters(kOrder));
  const auto after = Await(raw().GetStream("shop-order"));
  EXPECT_EQ(after->created, before->created);
  EXPECT_EQ(after->config.raw, before->config.raw);
  ASSERT_NO_FATAL_FAILURE(ExpectRegisters(kLarger));
  EXPECT_TRUE(Eventually([&] {
    Stream("shop-order");
    return updates.value > 0;
  }));
  EXPECT_EQ(updates.value, 1);
}

TEST_F(ServicesRegisterTest, UpdatesWhatHasChanged) {
  ASSERT_NO_FATAL_FAILURE(ExpectRegisters(kOrder));
  const auto before = Await(raw().GetStream("shop-order"));
  ASSERT_NO_FATAL_FAILURE(ExpectRegisters(kLarger));
  const auto after = Await(raw().GetStream("shop-order"));
  EXPECT_EQ(after->config.max_age, absl::Hours(2));
  EXPECT_EQ(after->config.max_messages, 2000);
  EXPECT_EQ(after->config.description, "More of them.");
  EXPECT_EQ(after->created, before->created);
}

TEST_F(ServicesRegisterTest, WarnsOfChangesThatItMayNotMake) {
  ASSERT_NO_FATAL_FAILURE(ExpectRegisters(kOrder));
  const auto warnings = Register(kLarger, {.update = false});
  ASSERT_TRUE(warnings.ok()) << warnings.status();
  EXPECT_THAT(*warnings,
              ElementsAre("stream \"shop-order\": differs from its "
                          "declaration: description: \"\" -> \"More of "
                          "them.\", max_age: unlimited -> 2h, max_msgs: "
                          "unlimited -> 2000"));
  EXPECT_EQ(Stream("shop-order").max_messages, std::nullopt);
}

TEST_F(ServicesRegisterTest, RefusesToChangeStorageOrRetention) {
  ASSERT_NO_FATAL_FAILURE(ExpectRegisters(kOrder));
  constexpr TextEvent kChanged("shop.order",
                               {.limits = {.retention = Retention::kWorkQueue,
                                           .storage = Storage::kMemory}});
  for (const bool update : {true, false}) {
    EXPECT_EQ(Register(kChanged, {.update = update}).status(),
              absl::FailedPreconditionError(
                  "register stream \"shop-order\": storage: file -> memory, "
                  "retention: limits -> workqueue: can never change after "
                  "the first deploy"));
  }
  EXPECT_EQ(Stream("shop-order").storage, Storage::kFile);
}

TEST_F(ServicesRegisterTest, KeepsTheServersCodeOfARefusal) {
  ASSERT_NO_FATAL_FAILURE(ExpectRegisters(kOrder));
  constexpr TextEvent kFewer("shop.order", {.limits = {.consumers = 3}});
  if (server_->AtLeast(2, 15)) {  // has learnt it
    ASSERT_NO_FATAL_FAILURE(ExpectRegisters(kFewer));
    EXPECT_EQ(Stream("shop-order").max_consumers, 3);
    return;
  }
  const absl::Status status = Register(kFewer).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()),
              StartsWith("register stream \"shop-order\": max_consumers: "
                         "unlimited -> 3: "));
  EXPECT_EQ(ServerCode(status), 10052);
}

// As Python's walnats makes its streams.
TEST_F(ServicesRegisterTest, KeepsTheRetentionOfAStreamOfPython) {
  transport::StreamConfig config;
  config.name = "shop-order";
  config.subjects = {"shop.order"};
  config.retention = Retention::kInterest;
  ASSERT_TRUE(Await(raw().CreateStream(config)).ok());
  for (int start = 0; start < 2; ++start) {
    const auto warnings = Register(kLarger);
    ASSERT_TRUE(warnings.ok()) << warnings.status();
    EXPECT_THAT(*warnings,
                ElementsAre("stream \"shop-order\": keeps retention interest "
                            "instead of the declared limits"));
  }
  EXPECT_EQ(Stream("shop-order").retention, Retention::kInterest);
  EXPECT_EQ(Stream("shop-order").max_messages, 2000);
}

// In JSON, as a tool could make it that knows fields which we do not.
TEST_F(ServicesRegisterTest, KeepsWhatOthersHaveSet) {
  PublishRaw("$JS.API.STREAM.CREATE.shop-order", R"({
      "name": "shop-order", "subjects": ["shop.order"],
      "retention": "limits", "storage": "file", "num_replicas": 1,
      "allow_rollup_hdrs": true, "deny_delete": true,
      "republish": {"src": "shop.order", "dest": "copy.order"}})");
  ASSERT_TRUE(Stream("shop-order").allow_rollup);
  ASSERT_NO_FATAL_FAILURE(ExpectRegisters(kLarger));
  const transport::StreamConfig config = Stream("shop-order");
  EXPECT_EQ(config.max_messages, 2000);
  EXPECT_TRUE(config.allow_rollup);
  EXPECT_TRUE(config.deny_delete);
  EXPECT_THAT(config.raw, HasSubstr("copy.order"));
}

TEST_F(ServicesRegisterTest, CreatesNothingIfItMayNot) {
  const absl::Status status = Register(kOrder, {.create = false}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), HasSubstr("\"shop-order\""));
  EXPECT_THAT(*Await(raw().ListStreams()), IsEmpty());
}

TEST_F(ServicesRegisterTest, CompressesWhereTheServerCan) {
  constexpr TextEvent kCompressed(
      "shop.order", {.limits = {.compression = Compression::kS2}});
  constexpr TextEvent kIfAvailable(
      "shop.order", {.limits = {.compression = Compression::kIfAvailable}});
  const absl::Status status = Register(kCompressed).status();
  if (server_->AtLeast(2, 10)) {
    EXPECT_EQ(status, absl::OkStatus());
  } else {
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_THAT(std::string(status.message()),
                HasSubstr("register event \"shop.order\": the server cannot "
                          "compress"));
  }
  ASSERT_NO_FATAL_FAILURE(ExpectRegisters(kIfAvailable));
  EXPECT_EQ(Stream("shop-order").compressed, server_->AtLeast(2, 10));
}

constexpr TextEvent kReplicated("shop.order", {.limits = {.replicas = 3}});

TEST_F(ServicesRegisterTest, SaysThatOneServerHasNoReplicas) {
  const absl::Status status = Register(kReplicated).status();
  EXPECT_THAT(std::string(status.message()), HasSubstr("\"shop-order\""));
  EXPECT_EQ(ServerCode(status), 10074);
}

TEST_F(ServicesRegisterTest, CapsReplicasOnTheEmbeddedServer) {
  Running& running =
      Launch({{.name = "shop", .emits = {kReplicated}}}, Options(), {});
  EXPECT_EQ(running.Ready(), absl::OkStatus());
  EXPECT_TRUE(Emit(running, kReplicated, "one").ok());
}

}  // namespace
}  // namespace walnats::testing
