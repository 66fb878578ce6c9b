#include "walnats/testing/memory/turns.h"

#include <boost/asio/post.hpp>
#include <utility>

namespace walnats::testing {

Turns::Turns(Executor executor)
    : executor_(std::move(executor)), self_(std::make_shared<Turns*>(this)) {}

Turns::~Turns() { *self_ = nullptr; }

void Turns::Add(Call call) {
  calls_.push_back(std::move(call));
  Post();
}

void Turns::AtEnd(Call call) {
  at_end_.push_back(std::move(call));
  if (!running_) Post();
}

void Turns::Post() {
  if (std::exchange(posted_, true)) return;
  boost::asio::post(executor_, [self = self_] { Run(self); });
}

void Turns::Run(const std::shared_ptr<Turns*>& self) {
  if (*self == nullptr) return;
  (*self)->posted_ = false;
  (*self)->running_ = true;
  if (!RunAll(self, &Turns::calls_) || !RunAll(self, &Turns::at_end_)) return;
  (*self)->running_ = false;
  if (!(*self)->at_end_.empty()) (*self)->Post();
}

bool Turns::RunAll(const std::shared_ptr<Turns*>& self,
                   std::vector<Call> Turns::*calls) {
  for (Call& call : std::exchange((*self)->*calls, {})) {
    call();
    if (*self == nullptr) return false;
  }
  return true;
}

}  // namespace walnats::testing
