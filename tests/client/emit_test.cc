// The way of an emit: waiting, threads, answers, the end.

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <set>
#include <thread>

#include "tests/client/client_fixture.h"
#include "walnats/base/strings.h"
#include "walnats/status.h"
#include "walnats/testing/run_task.h"

namespace walnats {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kMailSent;
using testing::kParcelSent;
using testing::Published;
using testing::RunTask;
using ::testing::SizeIs;
using testing::TextCodec;

const std::string kText = "text";
const std::string kOther = "other";

transport::PubAck Stored(uint64_t sequence, bool duplicate = false) {
  return {.stream = "s", .sequence = sequence, .duplicate = duplicate};
}

class EmitTest : public testing::ClientFixture {
 protected:
  std::vector<std::string> Bodies() const {
    std::vector<std::string> bodies;
    for (const Published& one : transport_.published) {
      bodies.push_back(one.body);
    }
    return bodies;
  }
};

TEST_F(EmitTest, ReturnsWhereTheStreamHasStoredIt) {
  Open();
  const Outcome outcome = Begin(client_.Emit(kParcelSent, kText));
  ASSERT_THAT(transport_.published, SizeIs(1));
  EXPECT_EQ(transport_.published[0].subject, "parcel.sent");
  EXPECT_EQ(transport_.published[0].body, "text");
  EXPECT_FALSE(outcome->has_value());
  Answer(Stored(7, true));
  ASSERT_TRUE(outcome->has_value());
  ASSERT_TRUE((*outcome)->ok());
  EXPECT_EQ((**outcome)->stream, "s");
  EXPECT_EQ((**outcome)->sequence, 7u);
  EXPECT_TRUE((**outcome)->duplicate);
}

TEST_F(EmitTest, ReturnsTheRefusalOfTheServer) {
  Open();
  const Outcome outcome = Begin(client_.Emit(kParcelSent, kText));
  absl::Status wrong = absl::AbortedError("wrong last sequence");
  SetServerCode(wrong, 10071);
  Answer(wrong);
  ASSERT_TRUE(outcome->has_value());
  EXPECT_EQ((*outcome)->status().code(), absl::StatusCode::kAborted);
  EXPECT_EQ(ServerCode((*outcome)->status()), 10071);
}

TEST_F(EmitTest, HasCopiedTheMessageWhenItReturns) {
  Open();
  auto message = std::make_unique<std::string>("gone by then");
  auto id = std::make_unique<std::string>("a-long-id-on-the-heap-somewhere");
  Task<Result> emit = client_.Emit(kParcelSent, *message, {.id = *id});
  message.reset();
  id.reset();
  Begin(std::move(emit));
  EXPECT_THAT(Bodies(), ElementsAre("gone by then"));
  EXPECT_EQ(transport_.published[0].message_id,
            "a-long-id-on-the-heap-somewhere");
}

TEST_F(EmitTest, SendsNothingIfItsTaskIsDropped) {
  Open();
  { Task<Result> dropped = client_.Emit(kParcelSent, kText); }
  clock_->Poll();
  EXPECT_THAT(transport_.published, IsEmpty());
  EXPECT_EQ(core_->counts("parcel.sent")->failed, 0);
}

TEST_F(EmitTest, WaitsUntilTheClientIsOpen) {
  const Outcome first = Begin(client_.Emit(kParcelSent, kText));
  const Outcome second = Begin(client_.Emit(kParcelSent, kOther));
  EXPECT_THAT(transport_.published, IsEmpty());
  Open();
  EXPECT_THAT(Bodies(), ElementsAre("text", "other"));
  Answer(transport::PubAck{});
  EXPECT_TRUE(first->has_value());
  EXPECT_FALSE(second->has_value());
}

TEST_F(EmitTest, FailsOnceTheClientIsClosed) {
  Open();
  InLoop([&] { core_->Close(); });
  const absl::Status status = StatusOf(client_.Emit(kParcelSent, kText));
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("parcel.sent"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("closed"));
}

TEST_F(EmitTest, FailsIfTheClientClosesBeforeItOpened) {
  const Outcome outcome = Begin(client_.Emit(kParcelSent, kText));
  InLoop([&] { core_->Close(); });
  ASSERT_TRUE(outcome->has_value());
  EXPECT_EQ((*outcome)->status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(EmitTest, FailsForAnEventThatNobodyRegistered) {
  static constexpr testing::TextEvent kStranger("stranger.seen");
  Open();
  const absl::Status status = StatusOf(client_.Emit(kStranger, kText));
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("stranger.seen"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("emits"));
}

TEST_F(EmitTest, FailsForWhatCannotBeEncoded) {
  Open();
  const absl::Status status =
      StatusOf(client_.Emit(kParcelSent, std::string(TextCodec::kBroken)));
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_THAT(std::string(status.message()), HasSubstr("parcel.sent"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("broken text"));
  EXPECT_THAT(transport_.published, IsEmpty());
}

TEST_F(EmitTest, CountsHowEmitsEnd) {
  Open();
  for (int i = 0; i < 5; ++i) Begin(client_.Emit(kParcelSent, kText));
  Begin(client_.Emit(kMailSent, kText));
  Answer(Stored(1));
  Answer(Stored(1, true));
  Answer(Stored(2));
  Answer(absl::UnavailableError("no"));
  const Header ours{"Nats-Rollup", "all"};
  StatusOf(client_.Emit(kParcelSent, kText, {.headers = {&ours, 1}}))
      .IgnoreError();
  StatusOf(client_.Emit(kParcelSent, std::string(TextCodec::kBroken)))
      .IgnoreError();
  const auto* parcels = core_->counts("parcel.sent");
  EXPECT_EQ(parcels->emitted, 2);
  EXPECT_EQ(parcels->duplicates, 1);
  EXPECT_EQ(parcels->failed, 3);
  EXPECT_EQ(core_->counts("mail-sent")->emitted, 0);
  EXPECT_EQ(core_->counts("stranger"), nullptr);
}

TEST_F(EmitTest, StoresTheEmitsOfACoroutineInTheirOrder) {
  Open();
  transport_.on_publish = [](const Published&) { return transport::PubAck{}; };
  auto emit_all = [](const Client& client) -> Task<void> {
    for (int i = 0; i < 100; ++i) {
      const std::string text = Cat(i);
      EXPECT_TRUE((co_await client.Emit(kParcelSent, text)).ok());
    }
  };
  RunTask(*io_, emit_all(client_));
  ASSERT_THAT(transport_.published, SizeIs(100));
  for (int i = 0; i < 100; ++i) EXPECT_EQ(Bodies()[i], Cat(i));
}

// ---- other threads than the connection's

// Emits `count` texts, one after the other, on a thread of its own.
class Emitter {
 public:
  Emitter(const Client& client, std::string name, int count)
      : thread_([=, this] {
          for (int i = 0; i < count; ++i) {
            const std::string text = Cat(name, " ", i);
            status_ = RunTask(io_, client.Emit(kParcelSent, text)).status();
          }
          ended_ = true;
        }) {}
  ~Emitter() { thread_.join(); }
  bool ended() const { return ended_; }
  // Of the last emit, once it has ended.
  const absl::Status& status() const { return status_; }

 private:
  boost::asio::io_context io_;  // dies on the thread that posts to it
  absl::Status status_;
  std::atomic<bool> ended_{false};
  std::thread thread_;
};

class EmitElsewhereTest : public EmitTest {
 protected:
  void RunUntil(const std::function<bool()>& done) {
    const auto work = boost::asio::make_work_guard(*io_);
    io_->restart();
    for (int i = 0; i < 2000 && !done(); ++i) {
      io_->run_one_for(absl::ToChronoNanoseconds(absl::Milliseconds(10)));
    }
    ASSERT_TRUE(done());
  }
};

TEST_F(EmitElsewhereTest, PublishesOnTheConnectionsThread) {
  Open();
  std::set<std::thread::id> publishers;
  transport_.on_publish = [&](const Published&) {
    publishers.insert(std::this_thread::get_id());
    return transport::PubAck{};
  };
  {
    Emitter a(client_, "a", 300), b(client_, "b", 300);
    RunUntil([&] { return a.ended() && b.ended(); });
    EXPECT_TRUE(a.status().ok()) << a.status();
  }
  EXPECT_THAT(publishers, ElementsAre(std::this_thread::get_id()));
  EXPECT_EQ(core_->counts("parcel.sent")->emitted, 600);
  std::vector<std::string> of_a;
  for (const std::string& body : Bodies()) {
    if (body[0] == 'a') of_a.push_back(body);
  }
  ASSERT_THAT(of_a, SizeIs(300));
  for (int i = 0; i < 300; ++i) EXPECT_EQ(of_a[i], Cat("a ", i));
}

TEST_F(EmitElsewhereTest, WaitsUntilTheClientIsOpen) {
  transport_.on_publish = [](const Published&) { return transport::PubAck{}; };
  Emitter emitter(client_, "a", 1);
  {
    const auto work = boost::asio::make_work_guard(*io_);
    io_->run_one();  // takes it over, and keeps it
  }
  EXPECT_THAT(transport_.published, IsEmpty());
  InLoop([&] { core_->Open(transport_); });
  RunUntil([&] { return emitter.ended(); });
  EXPECT_TRUE(emitter.status().ok()) << emitter.status();
}

TEST_F(EmitElsewhereTest, FailsOnceTheClientIsClosed) {
  Open();
  InLoop([&] { core_->Close(); });
  Emitter emitter(client_, "a", 1);
  RunUntil([&] { return emitter.ended(); });
  EXPECT_EQ(emitter.status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(EmitElsewhereTest, EndsWhenTheClientClosesMeanwhile) {
  Open();
  transport_.on_publish = [](const Published&) { return transport::PubAck{}; };
  Emitter a(client_, "a", 500), b(client_, "b", 500);
  RunUntil([&] { return transport_.published.size() > 20; });
  InLoop([&] { core_->Close(); });
  RunUntil([&] { return a.ended() && b.ended(); });
  EXPECT_EQ(a.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_LT(transport_.published.size(), 1000u);
}

}  // namespace
}  // namespace walnats
