#pragma once

// What a nats-server's JetStream does with the messages that clients publish,
// and what it sends by itself: the model on the one side, frames on the other.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "tests/fakes/frame.h"
#include "tests/fakes/frame_routes.h"
#include "walnats/runtime/timer_queue.h"
#include "walnats/testing/jetstream_model/model.h"

namespace walnats::nats {

class FrameJetStream {
 public:
  // Both outlive it.
  FrameJetStream(TimerQueue& clock, FrameRoutes& routes,
                 const testing::model::ModelOptions& options);

  testing::model::Model& model() { return model_; }

  // False if the message means nothing to JetStream.
  bool Take(uint64_t connection, const FrameText& message);
  // The client has gone, or has ended its interest.
  void DropInterest(uint64_t connection, std::string_view pattern);
  void Restart();
  // Silence about the stream until then; pulls end at once.
  void ChangeLeader(const std::string& stream, absl::Time until);

  // The time goes on, and what comes out of the model leaves. After each turn.
  void Pump();

 private:
  bool Call(uint64_t connection, const FrameText& message);
  bool Pull(uint64_t connection, const FrameText& message);
  bool PullFrom(const std::string& stream, const std::string& consumer,
                std::string_view request, const testing::model::Inbox& inbox);
  bool GetDirectly(const FrameText& message);
  bool Settle(uint64_t connection, const FrameText& message);
  bool Store(const transport::Outgoing& message);

  // Whether nobody leads the stream now, which then is silent.
  bool IsSilent(std::string_view stream);
  bool IsSilentAbout(std::string_view subject);
  void Answer(const std::string& to, std::string_view body);
  void SendActions();
  void Send(const testing::model::Deliver& delivery);
  void Send(const testing::model::PullStatus& status);
  void Send(const testing::model::Advisory& advisory);

  TimerQueue& clock_;
  FrameRoutes& routes_;
  testing::model::Model model_;
  std::map<std::string, absl::Time, std::less<>> silent_until_;
  Timer timer_;
};

}  // namespace walnats::nats
