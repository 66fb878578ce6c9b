#pragma once

// The service "shop" in a Harness, whose actors "mailer" and "biller" handle
// every order as the test says, and its dead letters.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/services/note.h"
#include "walnats/client/client_core.h"
#include "walnats/dead_letters.h"
#include "walnats/deadletter/dead_stream.h"
#include "walnats/deadletter/streams.h"
#include "walnats/log.h"
#include "walnats/testing/harness.h"
#include "walnats/testing/matchers.h"
#include "walnats/testing/memory/server.h"
#include "walnats/v1/dead_letter.pb.h"

namespace walnats::testing {

inline constexpr NoteEvent kOrder("shop.order");

// What a handler has seen of a job.
struct Seen {
  std::string actor;
  std::string text;
  std::string subject;
  std::string stream;
  uint64_t sequence = 0;
  absl::Time time;
  std::string key;  // idempotency key
  std::string trace;
  std::string region;  // a header
  int generation = 0;
  int64_t attempt = 0;
};

// Of a RedriveResult.
MATCHER_P3(Result, matched, queued, already, "") {
  return arg.matched == matched && arg.queued == queued &&
         arg.already == already;
}

class RedriveFixture : public ::testing::TestWithParam<model::Version> {
 protected:
  RedriveFixture() {
    SetLogSink(
        [this](const LogEntry& entry) { logged_.emplace_back(entry.message); });
  }
  ~RedriveFixture() override {
    harness_.reset();
    SetLogSink({});
  }

  Actor MakeActor(std::string name, ActorOptions options = {}) {
    return Actor(
        name, kOrder,
        [this, name](const Note& note, const Context& context) {
          seen_.push_back({name, note.text, std::string(context.subject()),
                           std::string(context.stream()), context.sequence(),
                           context.time(), context.idempotency_key(),
                           std::string(context.trace()),
                           std::string(context.header("Region").value_or("")),
                           context.generation(), context.attempt()});
          return handle_ ? handle_(name, note.text) : absl::OkStatus();
        },
        std::move(options));
  }

  // Made with the first call.
  Harness& harness() {
    if (harness_) return *harness_;
    HarnessOptions options = options_;
    options.server = GetParam();
    harness_ = std::make_unique<Harness>(options);
    Service shop{.name = "shop"};
    shop.emits = {kOrder};
    for (const auto& [name, actor] : actors_) {
      shop.actors.push_back(MakeActor(name, actor));
    }
    shop.actors.insert(shop.actors.end(), more_.begin(), more_.end());
    harness_->Add(std::move(shop));
    EXPECT_THAT(harness_->Start(), IsOk());
    harness_->RunUntilIdle();
    return *harness_;
  }

  // Emits orders that the mailer cannot handle: "o1", "o2", ...
  void Kill(int count) {
    fatal_ = true;
    for (int i = 1; i <= count; ++i) {
      ASSERT_THAT(harness().Emit(kOrder, {"o" + std::to_string(i)}), IsOk());
    }
    harness().RunUntilIdle();
    fatal_ = false;
    seen_.clear();
  }

  DeadLetters letters() { return DeadLetters(harness().client()); }

  absl::StatusOr<RedriveResult> TryRedrive(RedriveOptions options = {},
                                           DeadLetterFilter filter = {}) {
    if (options.by.empty()) options.by = "anna";
    auto result = harness().Run(letters().Redrive(filter, options));
    harness().RunUntilIdle();
    return result;
  }
  RedriveResult Redrive(RedriveOptions options = {},
                        DeadLetterFilter filter = {}) {
    auto result = TryRedrive(std::move(options), std::move(filter));
    EXPECT_THAT(result, IsOk());
    return result.value_or(RedriveResult());
  }

  std::vector<DeadLetterEntry> List(DeadLetterFilter filter = {
                                        .redriven = true}) {
    std::vector<DeadLetterEntry> all;
    EXPECT_THAT(harness().Run(letters().Visit(filter,
                                              [&](const DeadLetterEntry& one) {
                                                all.push_back(one);
                                                return true;
                                              })),
                IsOk());
    return all;
  }
  std::vector<LetterState> States() {
    std::vector<LetterState> states;
    for (const DeadLetterEntry& entry : List()) states.push_back(entry.state);
    return states;
  }

  // "mailer o1", ... of what was handled since Kill.
  std::vector<std::string> Handled() const {
    std::vector<std::string> handled;
    for (const Seen& one : seen_) {
      handled.push_back(one.actor + " " + one.text);
    }
    return handled;
  }

  // As an actor stores one.
  void StoreLetter(const v1::DeadLetter& letter) {
    const walnats::internal::ClientCore::Work work =
        [&](transport::Transport& transport) -> Task<absl::Status> {
      walnats::internal::DeadStream stream(
          transport, walnats::internal::DeadStreamConfig({}), true);
      co_return co_await stream.Store(letter);
    };
    EXPECT_THAT(harness().Run(harness().client().core()->Run(work)), IsOk());
  }

  // What stands in one of our own streams under these subjects' beginning.
  std::vector<transport::StoredMessage> Stored(const std::string& stream,
                                               std::string_view prefix = "") {
    const model::Model& model = harness().server().model();
    std::vector<transport::StoredMessage> found;
    const auto info = model.GetStream(stream);
    if (!info.ok()) return found;
    for (uint64_t i = info->first_sequence; i <= info->last_sequence; ++i) {
      const auto message = model.GetMessage(stream, {.sequence = i});
      if (message.ok() && message->subject.starts_with(prefix)) {
        found.push_back(*message);
      }
    }
    return found;
  }
  std::vector<v1::DeadLetterRecord> Records() {
    std::vector<v1::DeadLetterRecord> records;
    for (const auto& message : Stored("walnats-dead", "walnats-dead-audit.")) {
      EXPECT_TRUE(records.emplace_back().ParseFromString(message.body));
    }
    return records;
  }

  HarnessOptions options_;
  std::vector<std::pair<std::string, ActorOptions>> actors_ = {{"mailer", {}},
                                                               {"biller", {}}};
  std::vector<Actor> more_;  // of kOrder
  bool fatal_ = false;       // the mailer's outcome, unless handle_ says it
  std::function<absl::Status(std::string_view actor, std::string_view text)>
      handle_ = [this](std::string_view actor, std::string_view) {
        return fatal_ && actor == "mailer"
                   ? absl::InvalidArgumentError("no such user")
                   : absl::OkStatus();
      };
  std::vector<Seen> seen_;
  std::vector<std::string> logged_;

 private:
  std::unique_ptr<Harness> harness_;
};

}  // namespace walnats::testing
