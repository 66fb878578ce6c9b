// nats/ over JetStream's model behind the second seam.

#include "tests/contract/fake_time_side.h"
#include "tests/contract/sides.h"
#include "tests/fakes/frame_server.h"

namespace walnats::contract {
namespace {

class FramesSide final : public FakeTimeSide {
 public:
  explicit FramesSide(testing::model::Version version)
      : server_(fake_clock(), {.version = version}), connector_(server_) {}

  absl::Status Start() override { return absl::OkStatus(); }

  Task<absl::StatusOr<std::unique_ptr<transport::Transport>>> Connect()
      override {
    return connector_.Connect(clock());
  }

  Task<absl::StatusOr<std::unique_ptr<nats::Wire>>> ConnectWire() override {
    co_return server_.Connect();
  }

  absl::Status Restart(absl::Duration away) override {
    server_.Restart(away);
    Elapse(away);
    return absl::OkStatus();
  }

 private:
  nats::FrameServer server_;
  nats::FrameConnector connector_;
};

}  // namespace

std::unique_ptr<Side> MakeFramesSide(testing::model::Version version) {
  return std::make_unique<FramesSide>(version);
}

}  // namespace walnats::contract
