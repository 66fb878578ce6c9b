#pragma once

// A doubly linked list through hooks that its elements carry: O(1) removal by
// element, no allocation. An element must leave its list before it dies.
//
//   struct Job { ListHook<Job> pulse_hook; };
//   IntrusiveList<Job, &Job::pulse_hook> pulses;

namespace walnats {

template <class T>
struct ListHook {
  T* previous = nullptr;
  T* next = nullptr;
  bool linked = false;
};

template <class T, ListHook<T> T::*kHook>
class IntrusiveList {
 public:
  bool empty() const { return first_ == nullptr; }
  T* front() const { return first_; }
  // Behind `element`, which is in the list; nullptr at its end.
  T* next(const T& element) const { return (element.*kHook).next; }

  void PushBack(T& element) {
    (element.*kHook) = {last_, nullptr, true};
    (last_ != nullptr ? (last_->*kHook).next : first_) = &element;
    last_ = &element;
  }

  // Does nothing if `element` is in no list.
  void Remove(T& element) {
    ListHook<T>& hook = element.*kHook;
    if (!hook.linked) return;
    (hook.previous ? (hook.previous->*kHook).next : first_) = hook.next;
    (hook.next ? (hook.next->*kHook).previous : last_) = hook.previous;
    hook = {};
  }

  T* PopFront() {
    T* element = first_;
    if (element != nullptr) Remove(*element);
    return element;
  }

 private:
  T* first_ = nullptr;
  T* last_ = nullptr;
};

}  // namespace walnats
