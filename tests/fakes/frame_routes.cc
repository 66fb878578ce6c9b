#include "tests/fakes/frame_routes.h"

#include <utility>

namespace walnats::nats {

void FrameRoutes::Begin(uint64_t connection, FrameLink& link) {
  connections_[connection].link = &link;
}

void FrameRoutes::End(uint64_t connection) {
  const auto found = connections_.find(connection);
  for (const auto& [number, interest] : found->second.interests) {
    router_.Remove(interest.id);
    targets_.erase(interest.id);
  }
  connections_.erase(found);
}

void FrameRoutes::Subscribe(uint64_t connection, uint64_t number,
                            std::string_view subject, std::string_view queue) {
  Connection& client = connections_.at(connection);
  const Id id = router_.Add(subject, queue);
  if (id == 0) return;
  targets_[id] = {client.link, number};
  client.interests[number] = {id, std::string(subject)};
}

std::string FrameRoutes::Unsubscribe(uint64_t connection, uint64_t number) {
  Connection& client = connections_.at(connection);
  const auto found = client.interests.find(number);
  if (found == client.interests.end()) return "";
  std::string subject = std::move(found->second.subject);
  router_.Remove(found->second.id);
  targets_.erase(found->second.id);
  client.interests.erase(found);
  return subject;
}

bool FrameRoutes::Send(std::string_view to,
                       std::shared_ptr<const FrameText> text) {
  const auto ids = router_.Match(to);
  for (const Id id : ids) {
    const Target& target = targets_.at(id);
    target.link->Send({.subscription = target.number, .text = text});
  }
  return !ids.empty();
}

}  // namespace walnats::nats
