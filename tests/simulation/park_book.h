#pragma once

// The fifth of the oracle: actors that park the keys of dead messages. Later
// messages of a key are not handled until a redrive has handled the dead ones,
// one after the other. What died in a stream that was made again since holds
// nothing back.

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "tests/simulation/delivery_book.h"
#include "walnats/v1/dead_letter.pb.h"

namespace walnats::simulation {

class ParkBook {
 public:
  // How long a process that runs may take to hear of what another has parked.
  static constexpr absl::Duration kNews = absl::Seconds(30);

  // `violations` is appended to; both outlive it.
  ParkBook(std::vector<std::string>& violations,
           const Incarnations& incarnations)
      : violations_(violations), incarnations_(incarnations) {}

  // What is not declared parks nothing.
  void Declare(const ActorRule& rule);

  // A process connects: it reads what is parked before it begins.
  void OnClient(uint64_t client, absl::Time now) {
    since_.try_emplace(client, now);
  }
  void OnLetter(const v1::DeadLetter& letter, absl::Time now);
  // What it has terminated it has parked before.
  void OnSent(uint64_t client, std::string_view subject, std::string_view body);

  void OnCall(const CallId& call, std::string_view key, absl::Time now);
  void OnReturn(const CallId& call, std::string_view key,
                const absl::Status& status);

  int parked() const { return parked_; }

 private:
  struct Dead {
    absl::Time since;
    std::set<uint64_t> known_to;  // clients
  };
  // Of one key, by incarnation and sequence.
  using List = std::map<std::pair<int, uint64_t>, Dead>;

  static std::string Name(std::string_view stream, std::string_view actor);
  // Whether the client must know that it is parked.
  bool Knows(uint64_t client, const Dead& dead, absl::Time now) const;
  template <class... Parts>
  void Violate(const Parts&... parts);

  std::vector<std::string>& violations_;
  const Incarnations& incarnations_;
  std::map<std::string, std::map<std::string, List, std::less<>>, std::less<>>
      actors_;  // their keys
  std::map<uint64_t, absl::Time> since_;
  int parked_ = 0;
};

}  // namespace walnats::simulation
