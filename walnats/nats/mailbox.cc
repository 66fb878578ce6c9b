#include "walnats/nats/mailbox.h"

#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <utility>

namespace walnats::nats {
namespace asio = boost::asio;

Mailbox::Mailbox(const Executor& executor)
    : executor_(
          asio::prefer(executor, asio::execution::outstanding_work.tracked)) {}

void Mailbox::Post(Work work) {
  const std::lock_guard lock(mutex_);
  if (!executor_) return;
  auto deliver = [self = shared_from_this(), work = std::move(work)]() mutable {
    if (self->open()) work();
  };
  asio::post(executor_, std::move(deliver));
}

void Mailbox::Close() {
  const std::lock_guard lock(mutex_);
  executor_ = Executor();
}

bool Mailbox::open() {
  const std::lock_guard lock(mutex_);
  return static_cast<bool>(executor_);
}

}  // namespace walnats::nats
