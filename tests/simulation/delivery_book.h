#pragma once

// The half of the oracle that follows every delivery from the wire to the
// handler and back (guarantees 2 to 6 and 9), but for what was redriven, of
// which it only sees the calls (see redrive_book.h). It sees the frames as the
// client sees them, at the client's time.

#include <compare>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "tests/simulation/incarnations.h"
#include "walnats/transport/message.h"

namespace walnats::simulation {

// What an actor promises.
struct ActorRule {
  std::string stream;
  std::string actor;
  absl::Duration ack_wait;
  int max_attempts = 1;
  int max_jobs = 1;
  bool keyed = false;  // attempts are not told to the server
  bool parks = false;  // keys behind dead messages
};

// A handler's call, or the delivery that it is for.
struct CallId {
  uint64_t client = 0;  // of the frame server
  std::string_view stream;
  std::string_view actor;
  uint64_t sequence = 0;
  int64_t attempt = 0;
  int generation = 0;   // redrives
  int incarnation = 0;  // of the stream that has stored the message
};

class DeliveryBook {
 public:
  // `violations` is appended to; both outlive it.
  DeliveryBook(std::vector<std::string>& violations,
               const Incarnations& incarnations)
      : violations_(violations), incarnations_(incarnations) {}

  void Declare(const ActorRule& rule);

  // ---- frames
  void OnHanded(uint64_t client, const transport::Message& frame,
                absl::Time now);
  void OnSent(uint64_t client, std::string_view subject, std::string_view body,
              absl::Time now);

  // ---- handlers
  void OnCall(const CallId& call, absl::Time now);
  void OnReturn(const CallId& call, const absl::Status& status);
  // A letter is stored, for good and once.
  void OnDead(std::string_view stream, std::string_view actor,
              uint64_t sequence, int incarnation = 0);

  // ---- processes
  void OnDrain(uint64_t client) { draining_.insert(client); }
  // Nothing of it may be left.
  void OnEnd(uint64_t client);
  // It was killed: what it had begun does not count any more.
  void OnKilled(uint64_t client);

  // Once all is quiet: messages 1 to `last` of the stream, as it was made
  // last, are done.
  void CheckDone(std::string_view stream, uint64_t last);

  int calls() const { return calls_; }
  int dead() const { return static_cast<int>(dead_.size()); }

 private:
  // Of one actor's message at one client, all hand-overs of one attempt.
  struct Attempt {
    int handed = 0;  // of a keyed actor: of all attempts
    int calls = 0;
    bool returned_ok = false;
    absl::Time alive;  // handed over, or pulsed, last
    absl::Time due = absl::InfinitePast();
  };
  struct Handed {
    int rule = 0;
    int incarnation = 0;
    uint64_t sequence = 0;
    int handed = 0;
    int settled = 0;
    absl::Time alive;
    Attempt* attempt = nullptr;
  };
  struct Key {
    uint64_t client;
    int rule;
    int incarnation;
    uint64_t sequence;
    int64_t attempt;
    auto operator<=>(const Key&) const = default;
  };

  using Message = std::tuple<int, int, uint64_t>;  // rule, incarnation

  // -1 if there is none.
  int RuleOf(std::string_view stream, std::string_view actor) const;
  Attempt& AttemptOf(const CallId& call, int index);
  void CheckAttempt(const CallId& call, int index, absl::Time now);
  void CheckSettled(uint64_t client, Handed& handed, std::string_view subject,
                    std::string_view body);
  template <class... Parts>
  void Violate(const Parts&... parts);

  std::vector<std::string>& violations_;
  const Incarnations& incarnations_;
  std::vector<ActorRule> rules_;
  std::map<std::string, Handed, std::less<>> handed_;  // "<client> <reply>"
  std::map<Key, Attempt> attempts_;
  std::map<std::pair<uint64_t, int>, int> running_;  // by client and rule
  std::set<Message> handled_;
  std::set<Message> dead_;
  std::set<uint64_t> draining_;
  int calls_ = 0;
};

}  // namespace walnats::simulation
