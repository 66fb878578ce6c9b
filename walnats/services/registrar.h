#pragma once

// Brings the server's streams and consumers in line with the declarations
// (guarantee 8): INFO first; create what is missing; update what differs, by
// the server's own configuration with only our fields replaced; compare what
// the server says it has taken. Safe in many processes at once.

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "walnats/clock.h"
#include "walnats/services.h"
#include "walnats/transport/transport.h"

namespace walnats::internal {

class Registrar {
 public:
  // All outlive it. With `single_server` replicas are capped at 1.
  Registrar(transport::Transport& transport, Clock& clock,
            const RegisterOptions& options, bool single_server)
      : transport_(transport),
        clock_(clock),
        options_(options),
        single_server_(single_server) {}

  // The events' streams, then the actors' consumers. The first failure ends it:
  // its Status names stream or consumer, field, old and new value, and carries
  // the server's code.
  Task<absl::Status> Register(const std::vector<Service>& services);

  Task<absl::Status> RegisterStream(const EventInfo& event);
  Task<absl::Status> RegisterConsumer(const Actor& actor,
                                      const std::string& service);

  // One of our own, whose limits stay as they are if it is there already.
  Task<absl::Status> RegisterOwnStream(const transport::StreamConfig& declared);

  // When the stream was made: with its name, its incarnation.
  absl::Time created(const std::string& stream) const {
    const auto found = created_.find(stream);
    return found == created_.end() ? absl::InfinitePast() : found->second;
  }

  // As the server had it, or has made it. Register must have returned OK.
  const transport::ConsumerInfo& consumer(const std::string& stream,
                                          const std::string& name) const {
    return consumers_.at({stream, name});
  }

  bool single_server() const { return single_server_; }

  // What was accepted but should be known.
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  // One try; the callers repeat what failed for want of an answer.
  Task<absl::Status> TryStream(const EventInfo& event);
  Task<absl::Status> TryConsumer(const Actor& actor,
                                 const std::string& service);
  Task<absl::Status> TryOwnStream(const transport::StreamConfig& declared);
  Task<absl::Status> UpdateStream(const transport::StreamInfo& info,
                                  const transport::StreamConfig& declared);
  Task<absl::Status> UpdateConsumer(const std::string& stream,
                                    const transport::ConsumerInfo& info,
                                    const transport::ConsumerConfig& declared);
  Task<absl::Status> Patiently(
      const std::function<Task<absl::Status>()>& attempt);
  absl::Status Missing(const absl::Status& not_found) const;
  void Warn(std::string warning);
  void WarnOfReplicas(const EventInfo& event);

  transport::Transport& transport_;
  Clock& clock_;
  const RegisterOptions options_;
  const bool single_server_;
  bool replicas_said_ = false;
  std::vector<std::string> warnings_;
  std::map<std::string, absl::Time> created_;
  std::map<std::pair<std::string, std::string>, transport::ConsumerInfo>
      consumers_;
};

}  // namespace walnats::internal
