#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/benchmarks/compare/by_hand.h"
#include "tests/benchmarks/compare/ours.h"
#include "tests/benchmarks/compare/running.h"
#include "tests/benchmarks/compare/stopwatch.h"
#include "walnats/testing/real_server.h"

namespace walnats::benchmarks {
namespace {

using testing::RealServer;

struct Asked {
  std::string subject;
  std::string body;
};

// Requests that name something of ours, without pulls and their like.
bool IsRegistration(std::string_view subject) {
  return subject.starts_with("$JS.API.") &&
         subject.find("many-event-") != subject.npos &&
         subject.find(".MSG.") == subject.npos;
}

// What walnats asks a server for while it registers.
absl::StatusOr<std::vector<Asked>> Overhear(const std::string& binary) {
  const auto server = RealServer::Start({.binary = binary});
  if (!server.ok()) return server.status();
  absl::StatusOr<Hand> hand = Hand::Connect((*server)->url());
  if (!hand.ok()) return hand.status();
  absl::Status status = hand->Write("SUB $JS.API.> 1\r\nSUB end 2\r\n");
  // An answer to it says that the server knows the subscriptions.
  if (status.ok()) status = hand->Request("$JS.API.INFO").status();
  if (!status.ok()) return status;
  Running running((*server)->url(), ManyActors());
  if (status = running.Ready(); !status.ok()) return status;
  if (status = hand->Write("PUB end 0\r\n\r\n"); !status.ok()) return status;
  std::vector<Asked> asked;
  for (;;) {
    while (const std::optional<HandMessage> message = hand->Next()) {
      if (message->subject == "end") return asked;
      if (!IsRegistration(message->subject)) continue;
      asked.push_back(
          {std::string(message->subject), std::string(message->body)});
    }
    if (status = hand->Read(); !status.ok()) return status;
  }
}

// All at once, and all answers.
absl::Status Replay(Hand& hand, const std::vector<Asked>& all) {
  std::string out = "SUB _INBOX.replay 1\r\n";
  for (const Asked& asked : all) {
    AppendPub(out, asked.subject, "_INBOX.replay", asked.body);
  }
  absl::Status status = hand.Write(out);
  for (size_t answers = 0; status.ok() && answers < all.size();) {
    while (hand.Next()) ++answers;
    if (answers < all.size()) status = hand.Read();
  }
  return status;
}

}  // namespace

absl::StatusOr<Measured> MeasureRegisterByHand(const Setting& original) {
  const auto asked = Overhear(original.server);
  if (!asked.ok()) return asked.status();
  const auto server = RealServer::Start({.binary = original.server});
  if (!server.ok()) return server.status();
  Setting setting = original;
  setting.server_pid = (*server)->pid();
  const Stopwatch watch(setting);
  absl::StatusOr<Hand> hand = Hand::Connect((*server)->url());
  if (!hand.ok()) return hand.status();
  absl::Status status = Replay(*hand, *asked);
  if (!status.ok()) return status;
  return watch.Stop(int64_t{2} * kManyActors);
}

}  // namespace walnats::benchmarks
