#include "walnats/services.h"

#include <algorithm>
#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <cassert>
#include <mutex>
#include <thread>
#include <utility>

#include "walnats/base/strings.h"
#include "walnats/runtime/real_clock.h"
#include "walnats/runtime/spawn.h"
#include "walnats/services/lifecycle.h"
#include "walnats/services/validate.h"

namespace walnats {
namespace {

// The connection's thread in waiting. Clients keep it alive.
struct Loop {
  boost::asio::io_context io{1};
  RealClock clock{io};
};

}  // namespace

class Services::Core {
 public:
  explicit Core(ServicesOptions options_in) : options(std::move(options_in)) {}

  absl::Status Run(transport::Connector& connector);
  void Stop();
  walnats::Health Health();
  static Task<absl::Status> Pause(std::shared_ptr<Core> core,
                                  std::string stream, std::string actor,
                                  absl::Time until);

  ServicesOptions options;
  std::vector<Service> services;
  std::function<void()> on_ready;
  const std::shared_ptr<Loop> loop = std::make_shared<Loop>();
  const std::shared_ptr<internal::ClientCore> client =
      std::make_shared<internal::ClientCore>(
          std::shared_ptr<boost::asio::io_context>(loop, &loop->io),
          std::shared_ptr<Clock>(loop, &loop->clock));

 private:
  std::mutex mutex_;
  bool begun_ = false;                              // guarded
  bool stop_ = false;                               // guarded
  std::unique_ptr<internal::Lifecycle> lifecycle_;  // guarded
  walnats::Health last_;                            // guarded; without one
};

absl::Status Services::Core::Run(transport::Connector& connector) {
  if (absl::Status valid = internal::Validate(services, options); !valid.ok()) {
    return valid;
  }
  internal::Lifecycle* lifecycle;
  {
    std::lock_guard lock(mutex_);
    if (std::exchange(begun_, true)) {
      return absl::FailedPreconditionError("run services: runs once only");
    }
    lifecycle_ = std::make_unique<internal::Lifecycle>(
        options, services, client, loop->clock, on_ready);
    lifecycle = lifecycle_.get();
    if (stop_) lifecycle->Stop();
  }
  absl::Status result;
  auto work = boost::asio::make_work_guard(loop->io);
  std::thread thread([&] {
    loop->io.run();
    // What had become ready; timers and what users still wait for stay undone.
    loop->io.restart();
    loop->io.poll();
  });
  boost::asio::post(loop->io, [&] {
    Spawn(loop->io.get_executor(), lifecycle->Run(connector),
          [&](absl::Status status) {
            result = std::move(status);
            loop->io.stop();
          });
  });
  thread.join();
  std::lock_guard lock(mutex_);
  last_ = lifecycle_->Health();
  lifecycle_.reset();
  return result;
}

void Services::Core::Stop() {
  std::lock_guard lock(mutex_);
  stop_ = true;
  if (!lifecycle_) return;
  boost::asio::post(loop->io,
                    [lifecycle = lifecycle_.get()] { lifecycle->Stop(); });
}

walnats::Health Services::Core::Health() {
  std::lock_guard lock(mutex_);
  return lifecycle_ ? lifecycle_->Health() : last_;
}

Task<absl::Status> Services::Core::Pause(std::shared_ptr<Core> core,
                                         std::string stream, std::string actor,
                                         absl::Time until) {
  const bool has = std::ranges::any_of(core->services, [&](const Service& one) {
    return std::ranges::any_of(one.actors, [&](const Actor& mine) {
      return mine.name() == actor && mine.event().stream_name() == stream;
    });
  });
  if (!has) {
    co_return Error(absl::StatusCode::kNotFound, "pause actor ", Quoted(actor),
                    ": these services have none of that name for stream \"",
                    stream, "\"");
  }
  // The lifecycle lives as long as its transport.
  const internal::ClientCore::Work work = [&](transport::Transport&) {
    return core->lifecycle_->Pause(stream, actor, until);
  };
  co_return co_await core->client->Run(work);
}

Services::Services(ServicesOptions options)
    : core_(std::make_shared<Core>(std::move(options))) {}

Services::~Services() {
  // Emits that still wait for a Run end here.
  core_->client->Close();
}

void Services::Add(Service service) {
  core_->services.push_back(std::move(service));
  for (const EventInfo& event : internal::EventsOf(core_->services)) {
    core_->client->Allow(event.name());
  }
}

absl::Status Services::Validate() const {
  return internal::Validate(core_->services, core_->options);
}

absl::Status Services::Run(transport::Connector& connector) {
  return core_->Run(connector);
}

void Services::Stop() { core_->Stop(); }

Task<absl::Status> Services::Pause(const EventInfo& event,
                                   std::string_view actor, absl::Time until) {
  return Core::Pause(core_, event.stream_name(), std::string(actor), until);
}

Task<absl::Status> Services::Resume(const EventInfo& event,
                                    std::string_view actor) {
  return Pause(event, actor, absl::InfinitePast());
}

Client Services::client() const { return Client(core_->client); }

Health Services::Health() const { return core_->Health(); }

ServicesOptions& Services::options() { return core_->options; }

void Services::OnReady(std::function<void()> callback) {
  core_->on_ready = std::move(callback);
}

}  // namespace walnats
