#pragma once

// What is to be called in later turns of an executor: all that has come since
// the last turn, in its order.
//
//   turns.Add([] { ... });    // in the next turn
//   turns.AtEnd([] { ... });  // behind everything else of a turn

#include <memory>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "walnats/task.h"

namespace walnats::testing {

// One thread: the executor's. What is called may add more, and may destroy it.
class Turns {
 public:
  using Call = absl::AnyInvocable<void()>;

  explicit Turns(Executor executor);
  // Drops what was not called.
  ~Turns();
  Turns(const Turns&) = delete;
  Turns& operator=(const Turns&) = delete;

  void Add(Call call);
  // Of the turn that runs, or else of the next.
  void AtEnd(Call call);

 private:
  void Post();
  static void Run(const std::shared_ptr<Turns*>& self);
  // False if it was destroyed inside.
  static bool RunAll(const std::shared_ptr<Turns*>& self,
                     std::vector<Call> Turns::*calls);

  const Executor executor_;
  std::vector<Call> calls_;
  std::vector<Call> at_end_;
  bool posted_ = false;
  bool running_ = false;
  // Null once this is gone.
  const std::shared_ptr<Turns*> self_;
};

}  // namespace walnats::testing
