#pragma once

// How the server says no: the three fields of its JSON error.

#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace walnats::testing::model {

// Numbers and texts: nats-server, server/errors.json.
struct Refusal {
  int http_code = 400;
  int code = 0;
  std::string description = {};

  // Nobody answers: what this release has no subscription for, and what it
  // drops without a word. The request times out.
  bool silent() const { return http_code == 0; }
};

// As transport::ServerError, with `act` in front; kUnimplemented if silent.
absl::Status ToStatus(const Refusal& refusal, std::string_view act);

struct Done {};

// What was asked for, or why not.
template <class T>
class Answer {
 public:
  Answer(T value) : held_(std::move(value)) {}            // NOLINT
  Answer(Refusal refusal) : held_(std::move(refusal)) {}  // NOLINT

  bool ok() const { return held_.index() == 0; }
  const T& operator*() const { return std::get<0>(held_); }
  T& operator*() { return std::get<0>(held_); }
  const T* operator->() const { return &std::get<0>(held_); }
  const Refusal& refusal() const { return std::get<1>(held_); }

 private:
  std::variant<T, Refusal> held_;
};

template <class T>
absl::StatusOr<T> ToStatusOr(Answer<T> answer, std::string_view act) {
  if (!answer.ok()) return ToStatus(answer.refusal(), act);
  return *std::move(answer);
}

}  // namespace walnats::testing::model
