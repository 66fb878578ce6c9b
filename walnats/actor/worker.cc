#include "walnats/actor/worker.h"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <utility>

namespace walnats::internal {
namespace asio = boost::asio;

Worker::Worker(WorkerPort& port, const Handler& handler,
               const Executor& executor)
    : port_(port),
      handler_(handler),
      executor_(executor),
      slot_(handler.NewSlot()) {}

void Worker::Start(Job& job) {
  ++begun_;
  job_ = &job;
  job.worker = this;
  if (std::exchange(spawned_, true)) return idle_.Resume();
  Spawn(executor_, Loop(), cancellation_, [this](absl::Status) {
    // Last, since it may destroy this.
    if (stopped_) std::exchange(stopped_, nullptr)();
  });
}

void Worker::Stop(std::function<void()> done) {
  if (!spawned_) return done();
  stopped_ = std::move(done);
  stopping_ = true;
  idle_.Resume();
}

void Worker::Cancel() {
  // Posted, because a cancelled handler may end within the call; counted,
  // because by then the worker may be idle or at another job.
  asio::post(executor_, [this, job = begun_] {
    if (ended_ >= job) return;
    cancelled_ = true;
    cancellation_.Cancel();
  });
}

Task<absl::Status> Worker::RunHandler() {
  const std::string_view body = job_->delivery.message().body();
  if (absl::Status decoded = handler_.Decode(body, *slot_); !decoded.ok()) {
    co_return absl::DataLossError(decoded.message());
  }
  co_return co_await handler_.Run(*slot_, job_->context);
}

Task<absl::Status> Worker::Loop() {
  while (!stopping_) {
    absl::Status status;
    try {
      status = co_await RunHandler();
    } catch (...) {
      status = CurrentExceptionStatus();
    }
    ++ended_;
    if (std::exchange(cancelled_, false)) {
      co_await asio::this_coro::reset_cancellation_state();
    }
    if (port_.on_thread()) {
      job_ = port_.EndJob(*this, std::move(status));
      if (job_ != nullptr) {
        ++begun_;
        continue;
      }
      co_await idle_.Wait([&] { port_.Park(*this); });
    } else {
      co_await idle_.Wait([&] { port_.PostEndJob(*this, std::move(status)); });
    }
  }
  co_return absl::OkStatus();
}

}  // namespace walnats::internal
