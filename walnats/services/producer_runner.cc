#include "walnats/services/producer_runner.h"

#include <algorithm>
#include <boost/asio/post.hpp>

#include "walnats/base/log.h"

namespace walnats::internal {
namespace {

// The run function may throw before it has made a Task.
Task<absl::Status> Run(const Producer& producer, Client client) {
  co_return co_await producer.run()(std::move(client));
}

}  // namespace

ProducerRunner::ProducerRunner(Producer producer, Client client,
                               TimerQueue& clock, Executor executor)
    : producer_(std::move(producer)),
      client_(std::move(client)),
      clock_(clock),
      executor_(std::move(executor)),
      restart_(clock, [this] { Begin(); }) {
  health_.name = producer_.name();
}

void ProducerRunner::Begin() {
  running_ = true;
  begun_ = clock_.Now();
  {
    std::lock_guard lock(health_mutex_);
    health_.running = true;
    health_.problem.clear();
  }
  cancellation_ = std::make_shared<Cancellation>();
  Spawn(executor_, Run(producer_, client_), *cancellation_,
        [this](const absl::Status& status) {
          boost::asio::post(clock_.executor(),
                            [this, status] { OnEnd(status); });
        });
}

void ProducerRunner::Stop() {
  stopping_ = true;
  restart_.Cancel();
  if (!running_) return;
  // A busy executor may come to it when the coroutine, and this, are gone.
  boost::asio::post(executor_,
                    [cancellation = cancellation_] { cancellation->Cancel(); });
}

void ProducerRunner::OnEnd(const absl::Status& status) {
  running_ = false;
  {
    std::lock_guard lock(health_mutex_);
    health_.running = false;
  }
  if (stopping_) return;
  const ProducerOptions& options = producer_.options();
  if (clock_.Now() - begun_ > absl::Minutes(1)) failures_ = 0;
  failures_ = status.ok() ? 0 : failures_ + 1;
  if (!status.ok()) {
    Log(LogLevel::kWarning, "producer \"", name(),
        "\" failed: ", status.ToString());
    SetProblem(status.ToString());
  }
  const bool again = options.restart == Restart::kAlways ||
                     (options.restart == Restart::kOnFailure && !status.ok());
  if (!again) return;
  const absl::Duration delay =
      options.delay *
      static_cast<double>(1 << std::clamp(failures_ - 1, 0, 20));
  {
    std::lock_guard lock(health_mutex_);
    ++health_.restarts;
  }
  restart_.Set(clock_.Now() + std::min(delay, options.delay_max));
}

void ProducerRunner::SetProblem(std::string problem) {
  std::lock_guard lock(health_mutex_);
  health_.problem = std::move(problem);
}

ProducerHealth ProducerRunner::Health() const {
  std::lock_guard lock(health_mutex_);
  return health_;
}

}  // namespace walnats::internal
