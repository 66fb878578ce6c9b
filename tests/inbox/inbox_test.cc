#include "walnats/inbox.h"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/fakes/text_event.h"
#include "walnats/testing/harness.h"
#include "walnats/testing/matchers.h"

namespace walnats::testing {
namespace {

using ::testing::_;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

// A store of the user's own: what it needs to be.
class MapStore {
 public:
  struct Records {
    std::map<std::string, std::string> kept;
    absl::Status find;           // fails every Find, if it is not OK
    absl::Status after_keep;     // of the next Keep, which keeps all the same
    std::string kept_by_others;  // before the next Keep
  };

  Records& records() { return *records_; }

  Task<absl::StatusOr<std::optional<std::string>>> Find(std::string key) {
    if (!records_->find.ok()) co_return records_->find;
    const auto found = records_->kept.find(key);
    if (found == records_->kept.end()) co_return std::nullopt;
    co_return found->second;
  }

  Task<absl::Status> Keep(std::string key, std::string value) {
    std::string others = std::exchange(records_->kept_by_others, "");
    if (!others.empty()) records_->kept[key] = std::move(others);
    const bool added = records_->kept.emplace(key, value).second;
    if (!added) co_return absl::AlreadyExistsError(key);
    co_return std::exchange(records_->after_keep, absl::OkStatus());
  }

 private:
  std::shared_ptr<Records> records_ = std::make_shared<Records>();
};
static_assert(InboxStore<MapStore>);
static_assert(InboxStore<KvInbox>);
static_assert(!InboxStore<std::string>);

using Handle =
    std::function<Task<absl::Status>(const std::string&, const Context&)>;

// An actor "mailer" with two attempts that handles as the test says.
class InboxTest : public ::testing::Test {
 protected:
  void Start(const Inbox& inbox, Handle handle) {
    handle_ = std::move(handle);
    const Actor actor(
        "mailer", kParcelSent,
        [this](const std::string& text, const Context& context) {
          return handle_(text, context);
        },
        {.ack_wait = absl::Seconds(10),
         .retry = {.max_attempts = 3, .delays = {absl::Seconds(1)}}});
    harness_.Add({.name = "mailing",
                  .emits = {kParcelSent},
                  .actors = {inbox.Wrap(actor)}});
    ASSERT_THAT(harness_.Start(), IsOk());
  }
  void Emit(std::string text) {
    ASSERT_THAT(harness_.Emit(kParcelSent, text), IsOk());
    harness_.Advance(absl::Minutes(1));
  }
  // Counts, and answers as `answers` says, OK after those.
  Handle Answering(std::vector<absl::Status> answers) {
    return [this, answers = std::move(answers)](
               const std::string&, const Context&) -> Task<absl::Status> {
      return Answer(answers);
    };
  }

  Harness harness_;
  MapStore store_;
  int handled_ = 0;

 private:
  Task<absl::Status> Answer(std::vector<absl::Status> answers) {
    const auto index = static_cast<size_t>(handled_++);
    co_return index < answers.size() ? answers[index] : absl::OkStatus();
  }

  Handle handle_;
};

TEST_F(InboxTest, ACompletedMessageIsAckedWithoutItsHandler) {
  Start(Inbox(store_), Answering({}));
  harness_.DropAcks(1);
  Emit("one");
  EXPECT_EQ(handled_, 1);
  EXPECT_THAT(harness_.Attempts("mailer"), SizeIs(2));
  EXPECT_THAT(harness_.Attempts("mailer").back(), Handled());
  Emit("two");
  EXPECT_EQ(handled_, 2);
  EXPECT_THAT(store_.records().kept, SizeIs(2));
}

TEST_F(InboxTest, AFailedMessageIsNotCompleted) {
  Start(Inbox(store_), Answering({absl::InternalError("no")}));
  Emit("one");
  EXPECT_EQ(handled_, 2);
  EXPECT_THAT(store_.records().kept, SizeIs(1));
}

// Not with the store's code, which could make the message dead.
TEST_F(InboxTest, AStoreThatCannotBeAskedFailsTheAttempt) {
  store_.records().find = absl::InvalidArgumentError("broken store");
  Start(Inbox(store_), Answering({}));
  ASSERT_THAT(harness_.Emit(kParcelSent, std::string("one")), IsOk());
  harness_.RunUntilIdle();
  EXPECT_EQ(handled_, 0);
  EXPECT_THAT(harness_.Attempts("mailer"),
              ElementsAre(Retried(StatusIs(absl::StatusCode::kUnavailable,
                                           HasSubstr("broken store")))));
  store_.records().find = absl::OkStatus();
  harness_.Advance(absl::Minutes(1));
  EXPECT_EQ(handled_, 1);
}

TEST_F(InboxTest, ACompletionWhoseAnswerWasLostCounts) {
  store_.records().after_keep = absl::UnknownError("answer lost");
  Start(Inbox(store_), Answering({}));
  Emit("one");
  EXPECT_EQ(handled_, 1);
  EXPECT_THAT(harness_.Attempts("mailer"),
              ElementsAre(Retried(StatusIs(absl::StatusCode::kUnavailable, _)),
                          Handled()));
}

TEST_F(InboxTest, ACompletionThatIsThereAlreadyCounts) {
  store_.records().kept_by_others = "another attempt";
  Start(Inbox(store_), Answering({}));
  Emit("one");
  EXPECT_THAT(harness_.Attempts("mailer"), ElementsAre(Handled()));
}

// ---- steps

// Charges once per attempt, and fails the first.
class InboxStepTest : public InboxTest {
 protected:
  template <class S>
  void StartCharging(S store) {
    const Inbox inbox(std::move(store));
    Start(inbox, [this, inbox](const std::string&, const Context& context) {
      return Charge(inbox, context);
    });
  }

  std::vector<absl::StatusOr<std::string>> results_ = {"receipt 1",
                                                       "receipt 2"};
  int charged_ = 0;
  std::vector<std::string> seen_;
  std::string key_;

 private:
  Task<absl::Status> Charge(Inbox inbox, const Context& context) {
    key_ = context.idempotency_key();
    const auto work = [this]() -> Task<absl::StatusOr<std::string>> {
      co_return results_[static_cast<size_t>(charged_++)];
    };
    Task<absl::StatusOr<std::string>> once =
        inbox.Once(context, "charge it", work);
    const absl::StatusOr<std::string> receipt = co_await std::move(once);
    if (!receipt.ok()) co_return receipt.status();
    seen_.push_back(*receipt);
    co_return ++handled_ == 1 ? absl::UnavailableError("mail server")
                              : absl::OkStatus();
  }
};

TEST_F(InboxStepTest, IsDoneOnceForAllAttempts) {
  StartCharging(store_);
  Emit("one");
  EXPECT_EQ(charged_, 1);
  EXPECT_THAT(seen_, ElementsAre("receipt 1", "receipt 1"));
  EXPECT_THAT(
      store_.records().kept,
      ElementsAre(Pair(key_, ""), Pair(key_ + "/charge it", "receipt 1")));
}

TEST_F(InboxStepTest, IsDoneAgainIfItFails) {
  results_[0] = absl::UnavailableError("gateway");
  StartCharging(store_);
  Emit("one");
  EXPECT_EQ(charged_, 2);
  EXPECT_THAT(seen_, ElementsAre("receipt 2", "receipt 2"));
}

TEST_F(InboxStepTest, TheResultThatWasKeptFirstIsEverybodys) {
  store_.records().kept_by_others = "receipt of another attempt";
  StartCharging(store_);
  Emit("one");
  EXPECT_EQ(charged_, 1);
  EXPECT_THAT(seen_, ElementsAre("receipt of another attempt",
                                 "receipt of another attempt"));
}

TEST_F(InboxStepTest, AResultThatMayNotBeKeptFailsTheAttempt) {
  store_.records().after_keep = absl::DataLossError("answer lost");
  StartCharging(store_);
  Emit("one");
  EXPECT_EQ(charged_, 1);
  EXPECT_THAT(harness_.Attempts("mailer").front(),
              Retried(StatusIs(absl::StatusCode::kUnavailable, _)));
  EXPECT_THAT(seen_, ElementsAre("receipt 1", "receipt 1"));
}

TEST_F(InboxStepTest, IsKeptInABucket) {
  StartCharging(KvInbox(harness_.client(), "charges"));
  Emit("one");
  EXPECT_EQ(charged_, 1);
  EXPECT_THAT(seen_, ElementsAre("receipt 1", "receipt 1"));
  const Bucket bucket(harness_.client(), "charges", {.create = false});
  EXPECT_THAT(harness_.Run(bucket.Keys()),
              IsOkAndHolds(ElementsAre(key_, key_ + "/charge=20it")));
}

TEST_F(InboxTest, TheBucketForgetsAfterItsAge) {
  const KvInboxOptions options{.age = absl::Hours(1)};
  Start(Inbox(KvInbox(harness_.client(), "charges", options)), Answering({}));
  harness_.DropAcks(1);
  Emit("one");
  EXPECT_EQ(handled_, 1);
  const Bucket bucket(harness_.client(), "charges", {.create = false});
  EXPECT_THAT(harness_.Run(bucket.Keys()), IsOkAndHolds(SizeIs(1)));
  harness_.Advance(absl::Hours(1));
  EXPECT_THAT(harness_.Run(bucket.Keys()), IsOkAndHolds(IsEmpty()));
}

TEST_F(InboxTest, KeysCanBeAnything) {
  KvInbox store(harness_.client(), "charges");
  harness_.Add({.name = "mailing", .emits = {kParcelSent}});
  for (const char* key : {"a.b/c d", ".a", "a..b", "a=20b", "\xc3\xa4", "a."}) {
    EXPECT_THAT(harness_.Run(store.Keep(key, key)), IsOk()) << key;
    EXPECT_THAT(harness_.Run(store.Keep(key, "")),
                StatusIs(absl::StatusCode::kAlreadyExists, _));
    EXPECT_THAT(harness_.Run(store.Find(key)),
                IsOkAndHolds(std::optional<std::string>(key)));
  }
}

}  // namespace
}  // namespace walnats::testing
