#pragma once

// A model with a clock that the test turns by hand.

#include <gtest/gtest.h>

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "walnats/testing/jetstream_model/model.h"

namespace walnats::testing::model {

inline const absl::Time kStart = absl::FromUnixSeconds(1'800'000'000);

// The code of a refusal; 0 for what was not refused.
template <class T>
int CodeOf(const Answer<T>& answer) {
  return answer.ok() ? 0 : answer.refusal().code;
}

template <class T>
std::string TextOf(const Answer<T>& answer) {
  return answer.ok() ? std::string() : answer.refusal().description;
}

class ModelTest : public ::testing::Test {
 protected:
  explicit ModelTest(const Version& version = kNewest)
      : model_({.version = version}, kStart) {}

  void Elapse(absl::Duration duration) {
    model_.AdvanceTo(model_.now() + duration);
  }

  // Whatever the test does not look at is OK.
  void Create(const transport::StreamConfig& config) {
    const auto created = model_.CreateStream(config);
    ASSERT_TRUE(created.ok()) << TextOf(created);
  }
  void Consume(const std::string& stream, const std::string& name,
               std::vector<std::string> filters = {}) {
    const auto created = model_.PutConsumer(
        stream, {.name = name, .filter_subjects = std::move(filters)},
        ConsumerAction::kCreate);
    ASSERT_TRUE(created.ok()) << TextOf(created);
  }

  PublishAnswer Publish(std::string_view subject, std::string_view body = "1",
                        std::initializer_list<Header> headers = {}) {
    const std::vector<Header> all = headers;
    auto answer = model_.Publish(
        {.subject = subject, .headers = all, .body = body, .reply = "in.1"});
    if (!answer) return Refusal{503, 0, "no responders"};
    return *std::move(answer);
  }
  // The sequence, 0 if refused or staged.
  uint64_t Store(std::string_view subject, std::string_view body = "1",
                 std::initializer_list<Header> headers = {}) {
    return SequenceOf(Publish(subject, body, headers));
  }
  static uint64_t SequenceOf(const PublishAnswer& answer) {
    if (!answer.ok()) return 0;
    const auto* const published = std::get_if<Published>(&*answer);
    return published == nullptr ? 0 : published->ack.sequence;
  }

  transport::StreamInfo Info(const std::string& stream) {
    return *model_.GetStream(stream);
  }
  // The sequences that the stream holds.
  std::vector<uint64_t> Held(const std::string& stream) {
    std::vector<uint64_t> sequences;
    for (uint64_t i = 1; i <= Info(stream).last_sequence; ++i) {
      if (model_.GetMessage(stream, {.sequence = i}).ok()) {
        sequences.push_back(i);
      }
    }
    return sequences;
  }

  // The actions of one kind since the last call of either.
  template <class T>
  std::vector<T> Take() {
    std::vector<T> taken;
    for (const Action& action : model_.TakeActions()) {
      if (const T* one = std::get_if<T>(&action)) taken.push_back(*one);
    }
    return taken;
  }

  Model model_;
};

}  // namespace walnats::testing::model
