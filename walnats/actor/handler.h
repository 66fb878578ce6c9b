#pragma once

// The untyped handler that runners call, and the shells that make one of a
// user's function.

#include <concepts>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeindex>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "walnats/codec.h"
#include "walnats/context.h"
#include "walnats/task.h"

namespace walnats {

namespace internal {

// A decoded message, reused from job to job.
class Slot {
 public:
  virtual ~Slot() = default;
};

// Stateless from the runner's view: called for many jobs at once.
class Handler {
 public:
  virtual ~Handler() = default;

  // Whether Call may be used; else only Run.
  virtual bool plain() const = 0;

  // Whether Run works on threads of its own: then it ends by itself, whatever
  // happens on the runner's thread.
  virtual bool blocking() const { return false; }

  // The full name of the message's type, for dead letters.
  virtual std::string schema() const = 0;

  // The type of a slot's message, and where it is: for keys.
  virtual std::type_index message_type() const = 0;
  virtual const void* MessageIn(const Slot& slot) const = 0;

  virtual std::unique_ptr<Slot> NewSlot() const = 0;
  virtual absl::Status Decode(std::string_view bytes, Slot& slot) const = 0;

  // The slot holds a decoded message and outlives the call, or the Task. Both
  // may throw what the user's function throws.
  virtual absl::Status Call(Slot& slot, const Context& context) const = 0;
  virtual Task<absl::Status> Run(Slot& slot, const Context& context) const = 0;
};

template <class R>
concept PlainResult = std::same_as<R, void> || std::same_as<R, absl::Status>;

template <class R>
concept TaskResult =
    std::same_as<R, Task<void>> || std::same_as<R, Task<absl::Status>>;

// What calling `handler` returns, with or without the Context.
template <class H, class T>
decltype(auto) Invoke(const H& handler, const T& message,
                      const Context& context) {
  if constexpr (std::invocable<const H&, const T&, const Context&>) {
    return handler(message, context);
  } else {
    return handler(message);
  }
}

template <class H, class T>
concept Invocable = std::invocable<const H&, const T&, const Context&> ||
    std::invocable<const H&, const T&>;

template <class H, class T>
using InvokeResult =
    decltype(Invoke(std::declval<const H&>(), std::declval<const T&>(),
                    std::declval<const Context&>()));

}  // namespace internal

// What may handle a T: `const T&` or `const T&, const Context&`, callable as
// const; returning void, absl::Status, Task<void> or Task<absl::Status>.
template <class H, class T>
concept HandlerOf = internal::Invocable<H, T> &&
    (internal::PlainResult<internal::InvokeResult<H, T>> ||
     internal::TaskResult<internal::InvokeResult<H, T>>);

namespace internal {

// As a Status, whatever the function returns; plain ones.
template <class H, class T>
absl::Status CallPlain(const H& handler, const T& message,
                       const Context& context) {
  if constexpr (std::same_as<InvokeResult<H, T>, void>) {
    Invoke(handler, message, context);
    return absl::OkStatus();
  } else {
    return Invoke(handler, message, context);
  }
}

// Of a plain handler whose Run is asked for, as middleware does.
Task<absl::Status> RunPlain(const Handler& handler, Slot& slot,
                            const Context& context);
// Of a handler that returns Task<void>.
Task<absl::Status> RunVoid(Task<void> task);
// `work` on `pool`; resumes on the caller's executor.
Task<absl::Status> RunBlocking(Executor pool,
                               absl::FunctionRef<absl::Status()> work);

template <class H>
class BlockingHandler;
template <class H>
inline constexpr bool kIsBlocking = false;
template <class H>
inline constexpr bool kIsBlocking<BlockingHandler<H>> = true;

template <class T, class C, class H>
class TypedHandler final : public Handler {
 public:
  explicit TypedHandler(H handler) : handler_(std::move(handler)) {}

  bool plain() const override { return PlainResult<InvokeResult<H, T>>; }
  bool blocking() const override { return kIsBlocking<H>; }

  std::string schema() const override { return std::string(C::SchemaName()); }

  std::type_index message_type() const override { return typeid(T); }
  const void* MessageIn(const Slot& slot) const override {
    return &static_cast<const TypedSlot&>(slot).message;
  }

  std::unique_ptr<Slot> NewSlot() const override {
    return std::make_unique<TypedSlot>();
  }

  absl::Status Decode(std::string_view bytes, Slot& slot) const override {
    return C::Decode(bytes, static_cast<TypedSlot&>(slot).message);
  }

  absl::Status Call(Slot& slot, const Context& context) const override {
    if constexpr (PlainResult<InvokeResult<H, T>>) {
      const T& message = static_cast<TypedSlot&>(slot).message;
      return CallPlain(handler_, message, context);
    } else {
      return absl::InternalError("a coroutine handler has no plain call");
    }
  }

  Task<absl::Status> Run(Slot& slot, const Context& context) const override {
    const T& message = static_cast<TypedSlot&>(slot).message;
    if constexpr (PlainResult<InvokeResult<H, T>>) {
      return RunPlain(*this, slot, context);
    } else if constexpr (std::same_as<InvokeResult<H, T>, Task<void>>) {
      return RunVoid(Invoke(handler_, message, context));
    } else {
      return Invoke(handler_, message, context);
    }
  }

 private:
  struct TypedSlot final : Slot {
    T message{};
  };
  H handler_;
};

// See Blocking in actor.h.
template <class H>
class BlockingHandler {
 public:
  BlockingHandler(Executor pool, H handler)
      : pool_(std::move(pool)), handler_(std::move(handler)) {}

  template <class T>
  requires Invocable<H, T> && PlainResult<InvokeResult<H, T>> Task<absl::Status>
  operator()(const T& message, const Context& context) const {
    auto work = [&] { return CallPlain(handler_, message, context); };
    co_return co_await RunBlocking(pool_, work);
  }

 private:
  Executor pool_;
  H handler_;
};

}  // namespace internal
}  // namespace walnats
