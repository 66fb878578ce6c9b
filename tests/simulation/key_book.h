#pragma once

// The fourth of the oracle: actors with an order per key. Within a process the
// messages of a key run one after the other, in the order of the stream, as far
// as they are here or are awaited.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "tests/simulation/delivery_book.h"
#include "walnats/transport/message.h"
#include "walnats/v1/dead_letter.pb.h"

namespace walnats::simulation {

// The key of a message by its body; few, so that they meet.
std::string_view KeyOf(std::string_view body);

class KeyBook {
 public:
  // `violations` is appended to; both outlive it.
  KeyBook(std::vector<std::string>& violations,
          const Incarnations& incarnations)
      : violations_(violations), incarnations_(incarnations) {}

  // What is not declared has no order.
  void Declare(const ActorRule& rule);

  // ---- frames
  void OnHanded(uint64_t client, const transport::Message& frame,
                absl::Time now);
  void OnSent(uint64_t client, std::string_view subject, std::string_view body,
              absl::Time now);

  // It lets the next go, whichever process has buried it.
  void OnDead(const v1::DeadLetter& letter);

  // ---- handlers
  void OnCall(const CallId& call, std::string_view key, absl::Time now);
  void OnReturn(const CallId& call, std::string_view key,
                const absl::Status& status);

  int calls() const { return calls_; }

 private:
  using Place = std::pair<int, uint64_t>;  // incarnation, sequence
  // Of one key in one process.
  struct Lane {
    std::map<Place, absl::Time> here;  // when last alive
    int running = 0;
  };

  Lane* LaneOf(uint64_t client, std::string_view stream, std::string_view actor,
               std::string_view key);
  template <class... Parts>
  void Violate(const Parts&... parts);

  std::vector<std::string>& violations_;
  const Incarnations& incarnations_;
  std::map<std::string, ActorRule, std::less<>> rules_;  // by actor
  std::map<std::string, Lane, std::less<>> lanes_;
  std::map<std::string, std::pair<Lane*, Place>> handed_;
  int calls_ = 0;
};

}  // namespace walnats::simulation
