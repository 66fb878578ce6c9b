#pragma once

// A received message, whatever received it.

#include <functional>
#include <optional>
#include <string_view>
#include <utility>

#include "absl/functional/function_ref.h"
#include "walnats/event/headers.h"

namespace walnats::transport {

using HeaderVisitor = absl::FunctionRef<void(const Header&)>;

// Views into memory that it owns through `raw` and `ops`, so that a message of
// nats.c passes through the house without a copy or an allocation.
class Message {
 public:
  // What the owner of the memory can do with it; a static table.
  struct Ops {
    void (*destroy)(void* raw);
    std::optional<std::string_view> (*find)(void* raw, std::string_view name);
    void (*visit)(void* raw, HeaderVisitor visitor);
  };

  Message() = default;
  Message(std::string_view subject, std::string_view reply,
          std::string_view body, void* raw, const Ops* ops)
      : subject_(subject), reply_(reply), body_(body), raw_(raw), ops_(ops) {}
  ~Message() { Reset(); }
  Message(Message&& other) noexcept { *this = std::move(other); }
  Message& operator=(Message&& other) noexcept {
    if (this == &other) return *this;
    Reset();
    subject_ = other.subject_;
    reply_ = other.reply_;
    body_ = other.body_;
    raw_ = std::exchange(other.raw_, nullptr);
    ops_ = other.ops_;
    return *this;
  }

  std::string_view subject() const { return subject_; }
  std::string_view reply() const { return reply_; }  // empty if none
  std::string_view body() const { return body_; }

  // The first value of the header, names compared exactly.
  std::optional<std::string_view> header(std::string_view name) const {
    return raw_ ? ops_->find(raw_, name) : std::nullopt;
  }
  // Every header, in no promised order.
  void VisitHeaders(HeaderVisitor visitor) const {
    if (raw_) ops_->visit(raw_, visitor);
  }

  // False once moved from or default constructed.
  bool owns() const { return raw_ != nullptr; }

 private:
  void Reset() {
    if (raw_) ops_->destroy(std::exchange(raw_, nullptr));
  }
  std::string_view subject_;
  std::string_view reply_;
  std::string_view body_;
  void* raw_ = nullptr;
  const Ops* ops_ = nullptr;
};

}  // namespace walnats::transport
