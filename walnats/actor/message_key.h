#pragma once

// The function that tells a message's key, without the message's type.

#include <concepts>
#include <functional>
#include <string_view>
#include <type_traits>
#include <typeindex>

namespace walnats {

namespace internal {

// The message type of a function `std::string_view (const T&)`.
template <class F>
struct KeyArgument : KeyArgument<decltype(&F::operator())> {};
template <class R, class T>
struct KeyArgument<R (*)(const T&)> {
  using Type = T;
};
template <class R, class C, class T>
struct KeyArgument<R (C::*)(const T&) const> {
  using Type = T;
};
template <class R, class C, class T>
struct KeyArgument<R (C::*)(const T&) const noexcept> {
  using Type = T;
};

template <class F>
using KeyArgumentOf = typename KeyArgument<std::decay_t<F>>::Type;

template <class F>
concept KeyFunction = requires(const F& function,
                               const KeyArgumentOf<F>& message) {
  // Not of a std::string that would be gone.
  { function(message) } -> std::same_as<std::string_view>;
};

}  // namespace internal

// Made of a lambda or function `[](const T&) -> std::string_view`; copyable.
class MessageKey {
 public:
  MessageKey() = default;

  template <internal::KeyFunction F>
  MessageKey(F function)  // NOLINT: stands for the function
      : type_(typeid(internal::KeyArgumentOf<F>)),
        function_([function](const void* message) -> std::string_view {
          using T = internal::KeyArgumentOf<F>;
          return function(*static_cast<const T*>(message));
        }) {}

  explicit operator bool() const { return function_ != nullptr; }

  // Of the message that it takes; `void` if empty.
  std::type_index type() const { return type_; }

  // `message` is of that type.
  std::string_view operator()(const void* message) const {
    return function_(message);
  }

 private:
  std::type_index type_ = typeid(void);
  std::function<std::string_view(const void*)> function_;
};

}  // namespace walnats
