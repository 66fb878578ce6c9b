#include "tests/benchmarks/compare/running.h"

#include <utility>

namespace walnats::benchmarks {

Running::Running(const std::string& url, Service service,
                 std::function<void()> on_ready)
    : connector_(Connect({.urls = {url}})) {
  services_.Add(std::move(service));
  services_.OnReady([this, on_ready = std::move(on_ready)] {
    if (on_ready) on_ready();
    ready_or_ended_.Notify();
  });
  thread_ = std::thread([this] {
    absl::Status result = services_.Run(*connector_);
    if (ready_or_ended_.HasBeenNotified()) return;
    result_ = std::move(result);
    ready_or_ended_.Notify();
  });
}

Running::~Running() {
  services_.Stop();
  thread_.join();
}

absl::Status Running::Ready() {
  ready_or_ended_.WaitForNotification();
  return result_;
}

}  // namespace walnats::benchmarks
