#include "walnats/nats/settlements.h"

#include <utility>

#include "walnats/base/strings.h"

namespace walnats::nats {

std::string NakBody(const transport::Nak& nak) {
  if (nak.delay <= absl::ZeroDuration()) return "-NAK";
  return Cat("-NAK {\"delay\":", absl::ToInt64Nanoseconds(nak.delay), "}");
}

std::string TermBody(const transport::Term& term, bool term_reason) {
  if (!term_reason || term.reason.empty()) return "+TERM";
  return Cat("+TERM ", term.reason);
}

void Settlements::Send(std::string_view subject, std::string_view body,
                       absl::Time deadline) {
  if (deadline <= clock_.Now()) return;
  if (kept_.empty() && TrySend(subject, body)) return;
  kept_.push_back({std::string(subject), std::string(body), deadline});
}

void Settlements::OnUp() {
  const absl::Time now = clock_.Now();
  while (!kept_.empty()) {
    const Kept& first = kept_.front();
    if (first.deadline > now && !TrySend(first.subject, first.body)) return;
    kept_.pop_front();
  }
}

// False if the connection is down. What the wire refuses otherwise it will
// always refuse.
bool Settlements::TrySend(std::string_view subject, std::string_view body) {
  const transport::Outgoing message{
      .subject = subject, .headers = {}, .body = body, .reply = {}};
  return !absl::IsUnavailable(wire_.Publish(message));
}

}  // namespace walnats::nats
