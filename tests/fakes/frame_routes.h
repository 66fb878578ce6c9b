#pragma once

// Which clients have asked for what, and how a message reaches them.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "tests/fakes/frame.h"
#include "tests/fakes/frame_network.h"
#include "walnats/testing/memory/subject_router.h"

namespace walnats::nats {

class FrameRoutes {
 public:
  // `link` leads to the client of the connection, and stays until End.
  void Begin(uint64_t connection, FrameLink& link);
  void End(uint64_t connection);

  // `number` is the client's own for it.
  void Subscribe(uint64_t connection, uint64_t number, std::string_view subject,
                 std::string_view queue);
  // What it subscribed; empty if there is no such number.
  std::string Unsubscribe(uint64_t connection, uint64_t number);

  bool HasInterest(std::string_view subject) {
    return !router_.Match(subject).empty();
  }
  // To everybody who asks for `to`, which for a pulled message is not its
  // subject. False if nobody does.
  bool Send(std::string_view to, std::shared_ptr<const FrameText> text);
  bool Send(const transport::Outgoing& message) {
    return Send(message.subject, CopyText(message));
  }

 private:
  using Id = testing::SubjectRouter::Id;
  struct Target {
    FrameLink* link;
    uint64_t number;
  };
  struct Interest {
    Id id;
    std::string subject;
  };
  struct Connection {
    FrameLink* link;
    std::map<uint64_t, Interest> interests;
  };

  testing::SubjectRouter router_;
  std::map<Id, Target> targets_;
  std::map<uint64_t, Connection> connections_;
};

}  // namespace walnats::nats
