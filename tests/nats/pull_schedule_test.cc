// Pull against a model of the server under random schedules: messages, time,
// latency, refusals, leader changes, lost connections and silent losses.

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <random>

#include "walnats/nats/pull.h"

namespace walnats::nats {
namespace {

using transport::FlowEvent;

// Longer than what the model lets messages wait.
constexpr absl::Duration kHeartbeat = absl::Seconds(8);
constexpr absl::Duration kExpires = absl::Seconds(20);

class Schedule {
 public:
  // With `losses` the server sometimes forgets pulls without a word: then the
  // account cannot be exact.
  Schedule(unsigned seed, bool losses) : random_(seed), losses_(losses) {
    in_turn_ = Chance(2);
    pull_.OnUp(now_);
  }

  void Run(int steps) {
    for (int i = 0; i < steps && !testing::Test::HasFailure(); ++i) {
      Step();
      Ask();
      Check();
    }
  }

  // From now on all is well: whatever is wanted must come.
  void ExpectToRecover() {
    pull_.Want(std::max(pull_.wanted(), 1));
    backlog_ += pull_.wanted();
    const int expected = delivered_ + pull_.wanted();
    const absl::Time limit = now_ + absl::Minutes(2);
    while (delivered_ < expected && now_ < limit) {
      if (missing_) Restart();
      PassTime(absl::Milliseconds(500));
      Ask();
    }
    EXPECT_EQ(delivered_, expected) << "stuck";
  }

 private:
  struct Waiting {
    uint64_t id;
    int left;
    absl::Time expires;
    absl::Time heartbeat;
  };
  struct Sent {
    uint64_t id;  // 0: a message
    PullStatus status;
    int left = 0;  // of the pull that it ends
  };

  int Number(int most) {
    return std::uniform_int_distribution<int>(0, most)(random_);
  }
  bool Chance(int one_in) { return Number(one_in - 1) == 0; }

  void Step() {
    switch (Number(11)) {
      case 0:
      case 1:
        backlog_ += Number(40);
        break;
      case 2:
      case 3:
        pull_.Want(std::max(pull_.wanted(), pull_.outstanding()) + Number(30));
        break;
      case 4:
        return ServerReads(Number(2));
      case 5:
      case 6:
        return ServerServes(Number(20));
      case 7:
      case 8:
        return ClientReads(Number(20));
      case 9:
        return PassTime(absl::Milliseconds(Number(1500)));
      default:
        if (Chance(4)) Fault();
    }
  }

  void Fault() {
    switch (Number(losses_ ? 6 : 4)) {
      case 0:
        return Reconnect();
      case 1:
        return EndAll({409, "Leadership Change", std::nullopt});
      case 2:
        refuse_ = 1 + Number(4);
        refusal_ = Chance(2) ? PullStatus{409, "Exceeded MaxWaiting", {}}
                             : PullStatus{503, "", {}};
        return;
      case 3:
        if (waiting_.empty()) return;
        return End(Chance(2) ? 0 : waiting_.size() - 1,
                   {409, "Message Size Exceeds MaxBytes", {}});
      case 4:
        if (missing_) Restart();
        return;
      case 5:
        return waiting_.clear();
      default:
        return to_server_.clear();
    }
  }

  // Nothing is left of what was under way.
  void Lose() {
    to_server_.clear();
    to_client_.clear();
    waiting_.clear();
  }
  void Reconnect() {
    Lose();
    pull_.OnDown();
    EXPECT_EQ(pull_.NextRequest(now_), std::nullopt);
    pull_.OnUp(now_);
  }
  void Restart() {
    missing_ = false;
    Lose();
    pull_.Restart(now_);
  }

  // ---- the server

  void ServerReads(int count) {
    for (; count > 0 && !to_server_.empty(); --count) {
      const Pull::Request request = to_server_.front();
      to_server_.pop_front();
      if (refuse_ > 0) {
        --refuse_;
        to_client_.push_back({request.id, refusal_, request.batch});
        continue;
      }
      waiting_.push_back(
          {request.id, request.batch, now_ + kExpires, now_ + kHeartbeat});
    }
  }

  void ServerServes(int count) {
    for (; count > 0 && backlog_ > 0 && !waiting_.empty(); --count) {
      --backlog_;
      to_client_.push_back({});
      Waiting pull = waiting_.front();
      waiting_.pop_front();
      pull.heartbeat = now_ + kHeartbeat;
      if (--pull.left == 0) continue;
      if (in_turn_) {
        waiting_.push_back(pull);
      } else {
        waiting_.push_front(pull);
      }
    }
  }

  void ServerTimes() {
    for (std::size_t i = 0; i < waiting_.size();) {
      Waiting& pull = waiting_[i];
      if (pull.expires <= now_) {
        End(i, {408, "Request Timeout", {}});
        continue;
      }
      if (pull.heartbeat <= now_) {
        pull.heartbeat = now_ + kHeartbeat;
        to_client_.push_back({pull.id, {100, "Idle Heartbeat", {}}});
      }
      ++i;
    }
  }

  void End(std::size_t index, PullStatus status) {
    const auto pull = waiting_.begin() + static_cast<std::ptrdiff_t>(index);
    status.pending_messages = pull->left;
    to_client_.push_back({pull->id, status, pull->left});
    waiting_.erase(pull);
  }

  void EndAll(PullStatus status) {
    for (const Waiting& pull : waiting_) {
      to_client_.push_back({pull.id, status});
    }
    waiting_.clear();
  }

  // ---- the client

  void ClientReads(int count) {
    for (; count > 0 && !to_client_.empty(); --count) {
      const Sent sent = to_client_.front();
      to_client_.pop_front();
      if (sent.id == 0) {
        ++delivered_;
        Note(pull_.OnDelivery(now_));
      } else {
        Note(pull_.OnStatus(sent.id, sent.status, now_));
      }
    }
  }

  void PassTime(absl::Duration time) {
    now_ += time;
    ServerReads(1000);
    ServerServes(1000);
    ServerTimes();
    ClientReads(100'000);
    if (pull_.deadline() <= now_) Note(pull_.OnTime(now_));
  }

  void Ask() {
    int requests = 0;
    while (const auto request = pull_.NextRequest(now_)) {
      ASSERT_GT(request->batch, 0);
      ASSERT_LE(++requests, 10);
      to_server_.push_back(*request);
    }
  }

  void Note(std::optional<FlowEvent> event) {
    if (!event) return;
    EXPECT_FALSE(pull_.detail().empty());
    if (*event == FlowEvent::kConsumerMissing) {
      EXPECT_FALSE(missing_);
      missing_ = true;
    } else {
      // Stalled and resumed take turns.
      EXPECT_EQ(*event == FlowEvent::kStalled, !stalled_);
      stalled_ = *event == FlowEvent::kStalled;
    }
  }

  // What is still to come or to be handed back, whoever has it now.
  int Truth() const {
    int truth = 0;
    for (const Pull::Request& one : to_server_) truth += one.batch;
    for (const Waiting& one : waiting_) truth += one.left;
    for (const Sent& one : to_client_) truth += one.id == 0 ? 1 : one.left;
    return truth;
  }

  void Check() const {
    ASSERT_LE(pull_.outstanding(), pull_.wanted());
    const bool exact = !losses_ && !missing_;
    ASSERT_LE(exact ? Truth() : 0, pull_.outstanding());
    if (!missing_ && pull_.outstanding() == 0 && pull_.wanted() > 0) {
      ASSERT_LT(pull_.deadline(), absl::InfiniteFuture()) << "asleep";
    }
  }

  std::mt19937 random_;
  const bool losses_;
  bool in_turn_ = true;  // or the oldest pull first
  absl::Time now_ = absl::FromUnixSeconds(1'000'000);
  Pull pull_{{.heartbeat = kHeartbeat, .expires = kExpires}};
  std::deque<Pull::Request> to_server_;
  std::deque<Sent> to_client_;
  std::deque<Waiting> waiting_;
  PullStatus refusal_;
  int refuse_ = 0;
  int backlog_ = 0;
  int delivered_ = 0;
  bool missing_ = false;
  bool stalled_ = false;
};

TEST(PullScheduleTest, NeverAsksForMoreThanIsWantedAndRecovers) {
  for (unsigned seed = 0; seed < 500; ++seed) {
    SCOPED_TRACE(seed);
    Schedule schedule(seed, /*losses=*/false);
    schedule.Run(400);
    schedule.ExpectToRecover();
    if (HasFailure()) return;
  }
}

TEST(PullScheduleTest, RecoversFromSilentLosses) {
  for (unsigned seed = 0; seed < 500; ++seed) {
    SCOPED_TRACE(seed);
    Schedule schedule(seed, /*losses=*/true);
    schedule.Run(400);
    schedule.ExpectToRecover();
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace walnats::nats
