#pragma once

// The way from other threads to an object of the io thread, which may be gone
// when they arrive:
//
//   auto mailbox = std::make_shared<Mailbox>(executor);
//   ...
//   mailbox->Post([this] { OnResult(); });  // any thread
//   ...
//   mailbox->Close();                       // in the destructor of *this

#include <memory>
#include <mutex>

#include "absl/functional/any_invocable.h"
#include "walnats/task.h"

namespace walnats::nats {

// Counts as work of the executor's io_context until it is closed, so the
// io_context must only live until then.
class Mailbox : public std::enable_shared_from_this<Mailbox> {
 public:
  using Work = absl::AnyInvocable<void()>;

  explicit Mailbox(const Executor& executor);

  // Runs `work` on the executor, never inside this call; drops it if the
  // mailbox is closed by then. Any thread.
  void Post(Work work);

  // On the executor's thread.
  void Close();

  // Any thread.
  bool open();

 private:
  std::mutex mutex_;
  Executor executor_;  // empty once closed
};

}  // namespace walnats::nats
