#include "walnats/client/client_core.h"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <cassert>
#include <utility>

#include "walnats/base/strings.h"
#include "walnats/runtime/spawn.h"

namespace walnats::internal {
namespace {

absl::Status Closed() {
  return absl::FailedPreconditionError("the client is closed");
}

}  // namespace

ClientCore::ClientCore(std::shared_ptr<boost::asio::io_context> io,
                       std::shared_ptr<Clock> clock)
    : io_(std::move(io)), clock_(std::move(clock)) {}

ClientCore::ClientCore(std::shared_ptr<boost::asio::io_context> io,
                       std::shared_ptr<Clock> clock, uint64_t seed)
    : io_(std::move(io)), clock_(std::move(clock)), ids_(seed) {}

Executor ClientCore::executor() const { return io_->get_executor(); }

bool ClientCore::on_thread() const {
  return io_->get_executor().running_in_this_thread();
}

void ClientCore::EmitCounts::Count(const absl::StatusOr<Receipt>& result) {
  if (!result.ok()) return CountFailed();
  CountStored(result->sequence, result->duplicate);
}

void ClientCore::EmitCounts::CountStored(uint64_t sequence, bool duplicate) {
  (duplicate ? duplicates : emitted).fetch_add(1, std::memory_order_relaxed);
  uint64_t last = last_sequence.load(std::memory_order_relaxed);
  while (last < sequence && !last_sequence.compare_exchange_weak(
                                last, sequence, std::memory_order_relaxed)) {
  }
}

void ClientCore::Allow(std::string_view event) {
  std::unique_ptr<EmitCounts>& counts = allowed_[ToAbsl(event)];
  if (!counts) counts = std::make_unique<EmitCounts>();
}

ClientCore::EmitCounts* ClientCore::counts(std::string_view event) const {
  const auto found = allowed_.find(ToAbsl(event));
  return found == allowed_.end() ? nullptr : found->second.get();
}

void ClientCore::Refuse(Emission& emission) {
  emission.Complete(Error(absl::StatusCode::kFailedPrecondition, "emit \"",
                          emission.event(), "\": the client is closed"));
}

void ClientCore::Submit(Emission& emission) {
  if (on_thread() && transport_ != nullptr) return Dispatch(emission);
  bool first = false;
  {
    std::unique_lock lock(mutex_);
    if (closed_) {
      lock.unlock();
      return Refuse(emission);
    }
    first = incoming_.empty();
    incoming_.push_back(&emission);
  }
  if (first) {
    // Weak, because an io_context that nobody runs would own its own owner.
    boost::asio::post(*io_, [weak = weak_from_this()] {
      if (auto self = weak.lock()) self->TakeIncoming();
    });
  }
}

void ClientCore::TakeIncoming() {
  std::vector<Emission*> batch;
  {
    std::lock_guard lock(mutex_);
    batch.swap(incoming_);
  }
  for (Emission* emission : batch) Dispatch(*emission);
}

void ClientCore::Dispatch(Emission& emission) {
  if (transport_ != nullptr) return emission.Publish(*transport_);
  bool closed;
  {
    std::lock_guard lock(mutex_);
    closed = closed_;
  }
  if (closed) return Refuse(emission);
  waiting_.push_back(&emission);
}

void ClientCore::Open(transport::Transport& transport) {
  transport_ = &transport;
  for (Emission* emission : std::exchange(waiting_, {})) {
    emission->Publish(transport);
  }
  for (Suspension* one : std::exchange(awaiting_, {})) one->Resume();
}

void ClientCore::Close() {
  while (CloseSink* const sink = close_sinks_.PopFront()) sink->OnClose();
  std::vector<Emission*> left = std::exchange(waiting_, {});
  transport_ = nullptr;
  {
    std::lock_guard lock(mutex_);
    closed_ = true;
    left.insert(left.end(), incoming_.begin(), incoming_.end());
    incoming_.clear();
  }
  for (Emission* emission : left) Refuse(*emission);
  for (Suspension* one : std::exchange(awaiting_, {})) one->Resume();
}

Task<absl::StatusOr<transport::Transport*>> ClientCore::Transport() {
  assert(on_thread());
  if (transport_ == nullptr) {
    Suspension opened;
    bool closed;
    {
      std::lock_guard lock(mutex_);
      closed = closed_;
    }
    if (!closed) {
      co_await opened.Wait([&] { awaiting_.push_back(&opened); });
    }
  }
  if (transport_ == nullptr) co_return Closed();
  co_return transport_;
}

Task<absl::Status> ClientCore::RunHere(const Work& work) {
  const absl::StatusOr<transport::Transport*> transport = co_await Transport();
  if (!transport.ok()) co_return transport.status();
  co_return co_await work(**transport);
}

Task<absl::Status> ClientCore::Run(Work work, std::function<void()> cancelled) {
  const std::shared_ptr<ClientCore> self = shared_from_this();
  if (on_thread() && !cancelled) co_return co_await RunHere(work);
  Suspension ended;
  absl::Status result;
  std::function<void(absl::Status)> end = [&](absl::Status status) {
    result = std::move(status);
    ended.Resume();
  };
  const auto start = [&] {
    if (on_thread()) return Spawn(executor(), RunHere(work), end);
    // Under the lock, so that the thread still runs what is spawned.
    std::unique_lock lock(mutex_);
    if (!closed_) return Spawn(executor(), RunHere(work), end);
    lock.unlock();
    end(Closed());
  };
  std::function<void()> cancel;
  if (cancelled) {
    cancel = [executor = executor(), cancelled = std::move(cancelled)] {
      boost::asio::dispatch(executor, cancelled);
    };
  }
  co_await ended.Wait(start, std::move(cancel));
  co_return result;
}

}  // namespace walnats::internal
