#pragma once

// The third of the oracle that follows dead letters and what was redriven of
// them: each once, to the actor that gave it up, and to an end.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "tests/simulation/delivery_book.h"
#include "walnats/transport/message.h"
#include "walnats/v1/dead_letter.pb.h"

namespace walnats::simulation {

class RedriveBook {
 public:
  // `violations` is appended to; both outlive it.
  RedriveBook(std::vector<std::string>& violations,
              const Incarnations& incarnations)
      : violations_(violations), incarnations_(incarnations) {}

  // ---- what stands in "walnats-dead"
  void OnLetter(uint64_t number, const v1::DeadLetter& letter);
  void OnRecord(uint64_t number, const v1::DeadLetterRecord& record);

  // ---- frames; others than those of redrives are of no interest
  void OnHanded(uint64_t client, const transport::Message& frame);
  void OnSent(uint64_t client, std::string_view subject, std::string_view body);

  // ---- handlers; calls of generation 0 are of no interest
  void OnCall(const CallId& call);
  void OnReturn(const CallId& call, const absl::Status& status);

  // The last run begins, which nothing disturbs: it leaves no letter.
  void OnLastRun() { last_ = letters_.empty() ? 0 : letters_.rbegin()->first; }

  // Once all is quiet, with what is left in the queue.
  void CheckDone(uint64_t queued);

  int settled() const { return settled_; }

 private:
  struct Letter {
    std::string name;  // for people
    std::string stream;
    std::string actor;
    uint64_t sequence = 0;
    int incarnation = 0;
    int generation = 0;
    bool redriven = false;
    std::string settled;   // "handled", "dead", or not yet
    bool handed = false;   //
    bool handled = false;  // a handler returned OK
    bool let_go = false;   // acked though no record could be stored
    // By client: deliveries that came before it was settled, and have no end.
    std::map<uint64_t, int> open;
  };
  struct Handed {
    uint64_t letter = 0;
    int handed = 0;
    int settled = 0;
    int open = 0;  // of `handed`, as Letter::open
  };
  // Stream, actor, incarnation, sequence, generation.
  using Place = std::tuple<std::string, std::string, int, uint64_t, int>;

  // nullptr if there is none.
  Letter* Find(std::string_view stream, std::string_view actor, int incarnation,
               uint64_t sequence, int generation);
  void CheckSettled(uint64_t client, Letter& letter, std::string_view body);
  void CheckLetter(uint64_t number, const Letter& letter);
  template <class... Parts>
  void Violate(const Parts&... parts);

  std::vector<std::string>& violations_;
  const Incarnations& incarnations_;
  std::map<uint64_t, Letter> letters_;
  std::map<Place, uint64_t> numbers_;
  std::map<std::string, Handed, std::less<>> handed_;  // "<client> <reply>"
  uint64_t last_ = 0;
  int settled_ = 0;
};

}  // namespace walnats::simulation
