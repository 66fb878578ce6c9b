#pragma once

// Names the steps of acts that must survive a crash between any two of them, so
// that a test can end the process there. Outside tests a step is one load.
//
//   AtStep("dead: letter stored");

#include <atomic>
#include <string_view>

namespace walnats {

// Called on the thread that takes the step.
using StepHook = void (*)(std::string_view step);

namespace internal {
extern std::atomic<StepHook> step_hook;
}

// For tests. nullptr: none.
void SetStepHook(StepHook hook);

inline void AtStep(std::string_view step) {
  const StepHook hook = internal::step_hook.load(std::memory_order_relaxed);
  if (hook != nullptr) hook(step);
}

}  // namespace walnats
