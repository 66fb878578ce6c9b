// What EmitAll says of each message, whatever happens to the server meanwhile.

#include <gmock/gmock.h>

#include "tests/contract/guarantees_fixture.h"
#include "walnats/base/strings.h"
#include "walnats/runtime/spawn.h"

namespace walnats::contract {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr TextEvent kBooked("booking.made", {.atomic_batches = true});
constexpr TextEvent kUnnamed("unnamed", {.message_ids = false});

class GuaranteesEmitAll : public Guarantees {
 protected:
  std::vector<std::string> TextsTo(int count) {
    std::vector<std::string> texts;
    for (int i = 0; i < count; ++i) texts.push_back(Cat(i));
    return texts;
  }
  void Begin(Process& process, const TextEvent& event,
             const std::vector<std::string>& texts,
             const EmitAllOptions<std::string>& options = {}) {
    auto emit = [](Client client, TextEvent of,
                   const std::vector<std::string>& all,
                   EmitAllOptions<std::string> how,
                   std::optional<EmitResults>& results) -> Task<absl::Status> {
      results = co_await client.EmitAll(of, all, how);
      co_return absl::OkStatus();
    };
    results_.reset();
    Spawn(clock().executor(),
          emit(process.client(), event, texts, options, results_),
          [](const absl::Status&) {});
  }
  const EmitResults& EmitAll(Process& process, const TextEvent& event,
                             const std::vector<std::string>& texts,
                             const EmitAllOptions<std::string>& options = {}) {
    Begin(process, event, texts, options);
    EXPECT_TRUE(Eventually([&] { return results_.has_value(); }));
    return *results_;
  }
  std::string BodyAt(const std::string& stream, uint64_t sequence) {
    transport::GetOptions at;
    at.sequence = sequence;
    return Run(transport().GetMessage(stream, at))->body;
  }

  std::optional<EmitResults> results_;
};

INSTANTIATE_TEST_SUITE_P(, GuaranteesEmitAll, ::testing::ValuesIn(AllSides()),
                         SideName);

TEST_P(GuaranteesEmitAll, OkMeansStoredInTheirOrder) {
  const std::vector<std::string> texts = TextsTo(200);
  const EmitResults& results = EmitAll(Emitter(), kParcelSent, texts);
  EXPECT_THAT(results.status(), IsOk());
  ASSERT_EQ(results.size(), 200U);
  for (const int i : {0, 1, 198, 199}) {
    EXPECT_EQ(results[i]->sequence, i + 1U);
    EXPECT_EQ(BodyAt("parcel-sent", i + 1), Cat(i));
  }
  EXPECT_EQ(Emitter().health().events.at(0).emitted, 200);
}

TEST_P(GuaranteesEmitAll, TheSameIdsAreStoredOnce) {
  const std::vector<std::string> texts = {"a", "b", "a"};
  const EmitResults& results =
      EmitAll(Emitter(), kParcelSent, texts,
              {.id = [](const std::string& text) { return text; }});
  EXPECT_THAT(results.status(), IsOk());
  EXPECT_TRUE(results[2]->duplicate);
  EXPECT_EQ(results[2]->sequence, 1U);
  EXPECT_EQ(Stream("parcel-sent").messages, 2U);
}

TEST_P(GuaranteesEmitAll, WithIdsNothingIsLostOrStoredTwice) {
  const std::vector<std::string> texts = TextsTo(300);
  Begin(Emitter(), kParcelSent, texts);
  RestartServer(absl::Milliseconds(50));
  ASSERT_TRUE(Eventually([&] { return results_.has_value(); }));
  EXPECT_THAT(results_->status(), IsOk());
  EXPECT_EQ(Stream("parcel-sent").messages, 300U);
}

// Without ids it is not known of those whose answer was lost.
TEST_P(GuaranteesEmitAll, WithoutIdsItSaysOfWhichItDoesNotKnow) {
  Process& process = Start({.name = "feed", .emits = {kUnnamed, kParcelSent}});
  const std::vector<std::string> texts = TextsTo(300);
  Begin(process, kUnnamed, texts);
  RestartServer(absl::Milliseconds(50));
  ASSERT_TRUE(Eventually([&] { return results_.has_value(); }));
  ASSERT_EQ(results_->size(), 300U);
  for (const EmitResults::Failure& failure : results_->failures()) {
    EXPECT_EQ(failure.status.code(), absl::StatusCode::kUnknown);
  }
  const uint64_t stored = Stream("unnamed").messages;
  EXPECT_LE(stored, 300U);
  EXPECT_GE(stored, 300U - results_->failures().size());
}

TEST_P(GuaranteesEmitAll, OneThatIsRefusedStopsNoOther) {
  constexpr TextEvent kRoomy("roomy", {.limits = {.message_size = 200}});
  Process& other = Start({.name = "other", .emits = {kRoomy}});
  const std::vector<std::string> mixed = {"a", std::string(300, 'x'), "b"};
  const EmitResults& some = EmitAll(other, kRoomy, mixed);
  ASSERT_THAT(some.failures(), SizeIs(1));
  EXPECT_EQ(some.failures()[0].index, 1U);
  EXPECT_EQ(some[2]->sequence, 2U);
}

TEST_P(GuaranteesEmitAll, AnAtomicBatchIsStoredWholeOrRefused) {
  Process& process = Start({.name = "booker", .emits = {kBooked}});
  const std::vector<std::string> texts = {"a", "b", "c"};
  const EmitResults& results = EmitAll(
      process, kBooked, texts, {.atomic = true, .expected_last_sequence = 0});
  if (!Has(testing::model::Difference::kAtomicBatch)) {
    ASSERT_THAT(results.failures(), SizeIs(3));
    EXPECT_EQ(results.status().code(), absl::StatusCode::kUnimplemented);
    EXPECT_EQ(Stream("booking-made").messages, 0U);
    return;
  }
  EXPECT_THAT(results.status(), IsOk());
  EXPECT_EQ(results[1]->sequence, 2U);
  EXPECT_EQ(BodyAt("booking-made", 3), "c");
  const EmitResults& again = EmitAll(
      process, kBooked, texts, {.atomic = true, .expected_last_sequence = 0});
  EXPECT_EQ(again.status().code(), absl::StatusCode::kAborted);
  EXPECT_THAT(again.failures(), SizeIs(3));
  EXPECT_EQ(Stream("booking-made").messages, 3U);
}

}  // namespace
}  // namespace walnats::contract
