#include "walnats/base/steps.h"

namespace walnats {

constinit std::atomic<StepHook> internal::step_hook = nullptr;

void SetStepHook(StepHook hook) {
  internal::step_hook.store(hook, std::memory_order_relaxed);
}

}  // namespace walnats
