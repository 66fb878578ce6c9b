#pragma once

// Services on a thread of their own for as long as it lives.

#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "absl/synchronization/notification.h"
#include "walnats/connect.h"
#include "walnats/services.h"

namespace walnats::benchmarks {

class Running {
 public:
  // `on_ready` is called on the connection's thread, before Ready returns.
  Running(const std::string& url, Service service,
          std::function<void()> on_ready = {});
  ~Running();

  // Waits until everything runs; why it does not, else.
  absl::Status Ready();
  Client client() const { return services_.client(); }

 private:
  Services services_;
  const std::unique_ptr<transport::Connector> connector_;
  absl::Status result_;
  absl::Notification ready_or_ended_;
  std::thread thread_;
};

}  // namespace walnats::benchmarks
