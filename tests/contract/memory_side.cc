// The memory transport: JetStream's model behind the first seam.

#include "tests/contract/fake_time_side.h"
#include "tests/contract/sides.h"
#include "walnats/testing/memory/server.h"

namespace walnats::contract {
namespace {

class MemorySide final : public FakeTimeSide {
 public:
  explicit MemorySide(testing::model::Version version)
      : server_(fake_clock(), {.version = version}) {}

  absl::Status Start() override { return absl::OkStatus(); }

  Task<absl::StatusOr<std::unique_ptr<transport::Transport>>> Connect()
      override {
    return server_.Connect(clock());
  }

  Task<absl::StatusOr<std::unique_ptr<nats::Wire>>> ConnectWire() override {
    co_return absl::UnimplementedError("no second seam in memory");
  }

  absl::Status Restart(absl::Duration away) override {
    server_.Disconnect("the server died");
    server_.model().AdvanceTo(clock().Now());
    server_.model().Restart();
    Elapse(away);
    server_.Pump();
    server_.Reconnect();
    return absl::OkStatus();
  }

 private:
  testing::MemoryServer server_;
};

}  // namespace

std::unique_ptr<Side> MakeMemorySide(testing::model::Version version) {
  return std::make_unique<MemorySide>(version);
}

}  // namespace walnats::contract
