#pragma once

// The seventh of the oracle: streams that are deleted and made again. A process
// works on the one that it has registered. Nothing of another one is handled as
// if it were of that, or gets a letter; from when the server has told it that
// there is another one, it settles nothing of the stream any more, and says so
// in its Health.

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "tests/simulation/delivery_book.h"
#include "tests/simulation/incarnations.h"
#include "walnats/transport/message.h"
#include "walnats/transport/publish.h"
#include "walnats/v1/dead_letter.pb.h"

namespace walnats::simulation {

class IncarnationBook {
 public:
  // `violations` is appended to; both outlive it.
  IncarnationBook(std::vector<std::string>& violations,
                  const Incarnations& incarnations)
      : violations_(violations), incarnations_(incarnations) {}

  // ---- frames
  // An answer to what it asks counts until `answer_by`.
  void OnSent(uint64_t client, const transport::Outgoing& frame, absl::Time now,
              absl::Time answer_by);
  void OnHanded(uint64_t client, const transport::Message& frame,
                absl::Time now);

  // ---- processes
  // What it has been told until now is what it works on.
  void OnReady(uint64_t client) { ready_.insert(client); }

  // ---- handlers
  // With the idempotency key that it is told.
  void OnCall(const CallId& call, std::string_view idempotency_key);

  void OnLetter(const v1::DeadLetter& letter);

  // The streams of which it was told before `now` that they are others.
  std::vector<std::string> Told(uint64_t client, absl::Time now) const;
  // Those that are others, of which it has not been told.
  std::vector<std::string> Untold(uint64_t client) const;

  // Calls of messages of streams that were made again.
  int calls() const { return calls_; }

 private:
  struct Question {
    std::string stream;
    absl::Time answer_by;
  };
  // Of a stream by a client.
  struct Sight {
    int works_on = 0;
    absl::Time told = absl::InfiniteFuture();  // that it is another one
  };

  void CheckSettled(uint64_t client, const transport::Outgoing& frame,
                    absl::Time now);
  template <class... Parts>
  void Violate(const Parts&... parts);

  std::vector<std::string>& violations_;
  const Incarnations& incarnations_;
  std::map<std::string, Question, std::less<>>
      questions_;             // "<client> <reply>"
  std::set<uint64_t> ready_;  // clients
  std::map<std::pair<uint64_t, std::string>, Sight> sights_;
  int calls_ = 0;
};

}  // namespace walnats::simulation
