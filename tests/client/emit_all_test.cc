// Many emits of one call: pipelined, and as an atomic batch.

#include <numeric>
#include <set>
#include <stdexcept>

#include "tests/client/client_fixture.h"
#include "walnats/base/strings.h"
#include "walnats/testing/run_task.h"

namespace walnats {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kMailSent;
using testing::kParcelSent;
using testing::kPinged;
using testing::Published;
using ::testing::SizeIs;
using testing::TextCodec;

inline constexpr Event<std::string, TextCodec> kBooked(
    "booking.made", {.atomic_batches = true});

transport::PubAck Stored(uint64_t sequence, bool duplicate = false) {
  return {.stream = "s", .sequence = sequence, .duplicate = duplicate};
}

std::vector<std::string> Texts(std::size_t count) {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < count; ++i) texts.push_back(Cat("text ", i));
  return texts;
}

class EmitAllTest : public testing::ClientFixture {
 protected:
  using Results = std::shared_ptr<std::optional<EmitResults>>;

  EmitAllTest() { core_->Allow(kBooked.name()); }

  Results BeginAll(Task<EmitResults> emit) {
    auto results = std::make_shared<std::optional<EmitResults>>();
    auto run = [](Task<EmitResults> task, Results out) -> Task<absl::Status> {
      out->emplace(co_await std::move(task));
      co_return absl::OkStatus();
    };
    InLoop([&] {
      Spawn(io_->get_executor(), run(std::move(emit), results), *cancellation_,
            [kept = cancellation_](const absl::Status&) {});
    });
    return results;
  }

  absl::Status StatusOfAll(Task<EmitResults> emit) {
    const Results results = BeginAll(std::move(emit));
    if (!results->has_value()) return absl::CancelledError("it waits");
    return (*results)->status();
  }

  // Outlived by what it cancels.
  const std::shared_ptr<Cancellation> cancellation_ =
      std::make_shared<Cancellation>();
};

TEST_F(EmitAllTest, SendsAllBeforeItWaits) {
  Open();
  const std::vector<std::string> texts = Texts(3);
  const Results results = BeginAll(client_.EmitAll(kParcelSent, texts));
  ASSERT_THAT(transport_.published, SizeIs(3));
  EXPECT_EQ(transport_.published[2].subject, "parcel.sent");
  EXPECT_EQ(transport_.published[2].body, "text 2");
  Answer(Stored(7));
  Answer(Stored(3, true));
  EXPECT_FALSE(results->has_value());
  Answer(Stored(9));
  ASSERT_TRUE(results->has_value());
  const EmitResults& all = **results;
  EXPECT_TRUE(all.ok());
  EXPECT_TRUE(all.status().ok());
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0]->sequence, 7u);
  EXPECT_EQ(all[0]->stream, "parcel-sent");
  EXPECT_FALSE(all[0]->duplicate);
  EXPECT_EQ(all[1]->sequence, 3u);
  EXPECT_TRUE(all[1]->duplicate);
  EXPECT_EQ(core_->counts("parcel.sent")->emitted, 2);
  EXPECT_EQ(core_->counts("parcel.sent")->duplicates, 1);
  EXPECT_EQ(core_->counts("parcel.sent")->last_sequence, 9u);
}

TEST_F(EmitAllTest, AFailureStopsNoOther) {
  Open();
  std::vector<std::string> texts = Texts(4);
  texts[1] = "broken";
  const Results results = BeginAll(client_.EmitAll(kParcelSent, texts));
  ASSERT_THAT(transport_.published, SizeIs(3));
  Answer(Stored(1));
  Answer(absl::UnavailableError("no stream"));
  Answer(Stored(2));
  const EmitResults& all = results->value();
  EXPECT_FALSE(all.ok());
  EXPECT_EQ(all.size(), 4u);
  ASSERT_THAT(all.failures(), SizeIs(2));
  EXPECT_EQ(all.failures()[0].index, 1u);
  EXPECT_EQ(all[0]->sequence, 1u);
  EXPECT_EQ(all[1].status().code(), absl::StatusCode::kInternal);
  EXPECT_EQ(all[2].status(), absl::UnavailableError("no stream"));
  EXPECT_EQ(all[3]->sequence, 2u);
  EXPECT_THAT(std::string(all.status().message()),
              HasSubstr("(message 1; 2 of 4 failed)"));
  EXPECT_EQ(core_->counts("parcel.sent")->failed, 2);
}

TEST_F(EmitAllTest, GivesEachItsIdAndAllTheirHeaders) {
  Open();
  const std::vector<std::string> texts = Texts(2);
  const Header header{"Tenant", "acme"};
  BeginAll(client_.EmitAll(kParcelSent, texts,
                           {.id = [](const std::string& text) { return text; },
                            .headers = std::span(&header, 1),
                            .trace = "t"}));
  ASSERT_THAT(transport_.published, SizeIs(2));
  EXPECT_EQ(transport_.published[1].message_id, "text 1");
  EXPECT_EQ(transport_.published[1].header("Tenant"), "acme");
  EXPECT_EQ(transport_.published[1].header("Walnats-Trace"), "t");
}

TEST_F(EmitAllTest, MakesIdsThatDiffer) {
  Open();
  const std::vector<std::string> texts = Texts(100);
  BeginAll(client_.EmitAll(kParcelSent, texts));
  std::set<std::string> ids;
  for (const Published& one : transport_.published) ids.insert(one.message_id);
  EXPECT_THAT(ids, SizeIs(100));
  EXPECT_FALSE(ids.contains(""));
}

TEST_F(EmitAllTest, HasAWindowOnTheWay) {
  Open();
  const std::vector<std::string> texts = Texts(10'000);
  const Results results = BeginAll(client_.EmitAll(kParcelSent, texts));
  EXPECT_EQ(transport_.unanswered(), 4096u);
  InLoop([&] {
    for (uint64_t i = 1; transport_.unanswered() > 0; ++i) {
      ASSERT_LE(transport_.unanswered(), 4096u);
      transport_.Answer(Stored(i));
    }
  });
  ASSERT_TRUE(results->has_value());
  EXPECT_EQ((*results)->size(), 10'000u);
  EXPECT_TRUE((*results)->ok());
  EXPECT_EQ((**results)[9'999]->sequence, 10'000u);
  EXPECT_EQ(transport_.published.back().body, "text 9999");
}

TEST_F(EmitAllTest, LargeOnesFillItByTheirBytes) {
  Open();
  const std::vector<std::string> texts(100, std::string(1 << 20, 'x'));
  BeginAll(client_.EmitAll(kParcelSent, texts));
  EXPECT_EQ(transport_.unanswered(), 16u);
}

TEST_F(EmitAllTest, TakesFromAGeneratorWhatThereIsRoomFor) {
  Open();
  int given = 0;
  std::function<std::optional<std::string>()> next =
      [&given]() -> std::optional<std::string> {
    if (given == 5000) return std::nullopt;
    return Cat(++given);
  };
  const Results results = BeginAll(client_.EmitAll(kParcelSent, next));
  EXPECT_EQ(given, 4096);
  InLoop([&] {
    for (uint64_t i = 1; transport_.unanswered() > 0; ++i) {
      transport_.Answer(Stored(i));
    }
  });
  ASSERT_TRUE(results->has_value());
  EXPECT_EQ((*results)->size(), 5000u);
  EXPECT_TRUE((*results)->ok());
}

TEST_F(EmitAllTest, AGeneratorMayThrow) {
  Open();
  int given = 0;
  std::function<std::optional<std::string>()> next =
      [&given]() -> std::optional<std::string> {
    if (given == 4100) throw std::runtime_error("no more ink");
    return Cat(++given);
  };
  const Results results = BeginAll(client_.EmitAll(kParcelSent, next));
  InLoop([&] {
    for (uint64_t i = 1; transport_.unanswered() > 0; ++i) {
      transport_.Answer(Stored(i));
    }
  });
  ASSERT_TRUE(results->has_value());
  EXPECT_EQ((*results)->size(), 4100u);
  EXPECT_THAT((*results)->failures(), IsEmpty());
  EXPECT_THAT(std::string((*results)->status().message()),
              HasSubstr("no more ink; no messages were taken after"));
}

TEST_F(EmitAllTest, WithoutMessagesItIsDoneAtOnce) {
  Open();
  const std::vector<std::string> none;
  const Results results = BeginAll(client_.EmitAll(kParcelSent, none));
  ASSERT_TRUE(results->has_value());
  EXPECT_TRUE((*results)->ok());
  EXPECT_EQ((*results)->size(), 0u);
}

TEST_F(EmitAllTest, WaitsForTheConnection) {
  const std::vector<std::string> texts = Texts(1);
  const Results results = BeginAll(client_.EmitAll(kParcelSent, texts));
  EXPECT_THAT(transport_.published, IsEmpty());
  Open();
  Answer(Stored(1));
  EXPECT_TRUE(results->value().ok());
}

TEST_F(EmitAllTest, CancelledItTakesNoMore) {
  Open();
  uint64_t given = 0;
  std::function<std::optional<std::string>()> endless =
      [&given]() -> std::optional<std::string> { return Cat(++given); };
  const Results results = BeginAll(client_.EmitAll(kParcelSent, endless));
  Answer(Stored(1));
  EXPECT_EQ(given, 4097u);
  InLoop([&] { cancellation_->Cancel(); });
  EXPECT_FALSE(results->has_value()) << "what is on the way has a result too";
  InLoop([&] {
    for (uint64_t i = 2; transport_.unanswered() > 0; ++i) {
      transport_.Answer(Stored(i));
    }
  });
  ASSERT_TRUE(results->has_value());
  EXPECT_EQ(given, 4097u);
  EXPECT_EQ((*results)->size(), 4097u);
  EXPECT_THAT((*results)->failures(), IsEmpty());
  EXPECT_FALSE((*results)->ok());
  EXPECT_EQ((*results)->status().code(), absl::StatusCode::kCancelled);
  EXPECT_THAT(std::string((*results)->status().message()),
              HasSubstr("after the first 4097"));
}

TEST_F(EmitAllTest, TakesNoMoreOnceTheClientIsClosed) {
  Open();
  const std::vector<std::string> texts = Texts(5000);
  const Results results = BeginAll(client_.EmitAll(kParcelSent, texts));
  InLoop([&] {
    core_->Close();
    while (transport_.unanswered() > 0) {
      transport_.Answer(absl::UnknownError("closed"));
    }
  });
  ASSERT_TRUE(results->has_value());
  EXPECT_EQ((*results)->size(), 4096u);
  EXPECT_THAT((*results)->failures(), SizeIs(4096));
  const std::vector<std::string> more = Texts(1);
  EXPECT_EQ(StatusOfAll(client_.EmitAll(kParcelSent, more)),
            absl::FailedPreconditionError(
                "emit \"parcel.sent\": the client is closed; no messages were "
                "taken after the first 0"));
}

TEST_F(EmitAllTest, RefusesAtOnceWhatCannotBeSent) {
  Open();
  const std::vector<std::string> texts = Texts(2);
  constexpr Event<std::string, TextCodec> kStranger("not.registered");
  const Header ours{"Nats-Msg-Id", "x"};
  struct Case {
    const Event<std::string, TextCodec>& event;
    EmitAllOptions<std::string> options;
    const char* why;
  };
  for (const Case& c : {
           Case{kStranger, {}, "not registered"},
           Case{kParcelSent, {.headers = std::span(&ours, 1)}, "reserved"},
           Case{kParcelSent, {.expected_last_sequence = 3}, "atomic"},
           Case{kParcelSent, {.atomic = true}, "`atomic_batches`"},
       }) {
    const absl::Status status =
        StatusOfAll(client_.EmitAll(c.event, texts, c.options));
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_THAT(std::string(status.message()), HasSubstr(c.why));
    EXPECT_THAT(std::string(status.message()), HasSubstr(c.event.name()));
  }
  EXPECT_THAT(transport_.published, IsEmpty());
}

// ---- atomic

TEST_F(EmitAllTest, AnAtomicBatchIsStoredBehindOneAnother) {
  Open();
  std::vector<std::string> sent;
  std::optional<uint64_t> expected;
  transport_.on_batch = [&](std::span<const transport::Outgoing> messages,
                            const transport::Expect& expect) {
    for (const transport::Outgoing& message : messages) {
      sent.push_back(Cat(message.subject, " ", message.body, " ",
                         message.headers[0].name, " ",
                         message.headers[0].value));
    }
    expected = expect.last_sequence;
    return Stored(12);
  };
  const std::vector<std::string> texts = {"a", "b", "c"};
  const Results results = BeginAll(client_.EmitAll(
      kBooked, texts,
      {.id = [](const std::string& text) { return "id-" + text; },
       .atomic = true,
       .expected_last_sequence = 9}));
  EXPECT_THAT(sent, ElementsAre("booking.made a Nats-Msg-Id id-a",
                                "booking.made b Nats-Msg-Id id-b",
                                "booking.made c Nats-Msg-Id id-c"));
  EXPECT_EQ(expected, 9u);
  ASSERT_TRUE(results->has_value());
  EXPECT_EQ((**results)[0]->sequence, 10u);
  EXPECT_EQ((**results)[2]->sequence, 12u);
  EXPECT_EQ(core_->counts("booking.made")->emitted, 3);
}

TEST_F(EmitAllTest, OfAnAtomicBatchAllFailTogether) {
  Open();
  transport_.on_batch = [](std::span<const transport::Outgoing>,
                           const transport::Expect&) {
    return absl::AbortedError("wrong last sequence: 3");
  };
  const std::vector<std::string> texts = Texts(2);
  const Results results =
      BeginAll(client_.EmitAll(kBooked, texts, {.atomic = true}));
  ASSERT_THAT((*results)->failures(), SizeIs(2));
  EXPECT_EQ(
      (**results)[1].status(),
      absl::AbortedError("emit \"booking.made\": wrong last sequence: 3"));
}

TEST_F(EmitAllTest, AnAtomicBatchIsRefusedAsAWhole) {
  Open();
  std::vector<std::string> texts = Texts(1001);
  EXPECT_EQ(StatusOfAll(client_.EmitAll(kBooked, texts, {.atomic = true})),
            absl::FailedPreconditionError(
                "emit \"booking.made\": more than 1000 messages"));
  texts.clear();
  EXPECT_EQ(StatusOfAll(client_.EmitAll(kBooked, texts, {.atomic = true})),
            absl::FailedPreconditionError(
                "emit \"booking.made\": atomic: no messages"));
  texts = {"a", "broken"};
  const absl::Status status =
      StatusOfAll(client_.EmitAll(kBooked, texts, {.atomic = true}));
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_THAT(std::string(status.message()), HasSubstr("message 1: "));
}

}  // namespace
}  // namespace walnats
