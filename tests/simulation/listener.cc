#include "tests/simulation/listener.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include "walnats/deadletter/streams.h"
#include "walnats/nats/ack_subject.h"

namespace walnats::simulation {
namespace {

// Frames of clients; much more than any world needs.
constexpr int kMostAtOnce = 20'000;

constexpr std::string_view kReader = "walnats-reader-";

// Without the names of readers, which no two runs have in common. A view into
// `text` or `buffer`.
std::string_view Anonymous(std::string_view text, std::string& buffer) {
  if (text.find(kReader) == std::string_view::npos) return text;
  std::string result;
  size_t at = 0;
  while ((at = text.find(kReader)) != std::string_view::npos) {
    result += text.substr(0, at + kReader.size());
    text.remove_prefix(at + kReader.size());
    const size_t end = text.find_first_not_of("0123456789abcdef-");
    text.remove_prefix(std::min(end, text.size()));
  }
  return buffer = result += text;
}

// Whether it is how a delivery of the queue of redrives is settled.
bool IsRedrive(std::string_view ack_subject) {
  if (ack_subject.find(internal::kRedriveStream) == std::string_view::npos) {
    return false;
  }
  const auto info = nats::ParseAckSubject(ack_subject);
  return info && info->stream == internal::kRedriveStream;
}

}  // namespace

// Nobody could end it: time stands until all that is ready has run.
void Listener::CheckProgress() {
  if (std::exchange(last_frame_, stage_.clock.Now()) != stage_.clock.Now())
    frames_ = 0;
  if (++frames_ < kMostAtOnce) return;
  std::fprintf(stderr,
               "simulation: the world of seed %llu stands: %d frames were sent "
               "at one moment\n",
               static_cast<unsigned long long>(stage_.schedule.seed), frames_);
  for (const std::string& violation : stage_.oracle.violations()) {
    std::fprintf(stderr, "%s\n", violation.c_str());
  }
  std::abort();
}

void Listener::OnSent(uint64_t client, const transport::Outgoing& frame) {
  CheckProgress();
  streams_.Look();
  std::string subject, body;
  stage_.Note("client ", client, " -> ", Anonymous(frame.subject, subject), " ",
              frame.reply, " ", Anonymous(frame.body, body));
  // What it stands for is stored by now.
  if (frame.body.starts_with("+TERM") || IsRedrive(frame.subject)) {
    ReadLetters();
  }
  Oracle& oracle = stage_.oracle;
  const absl::Time now = stage_.clock.Now();
  oracle.emits().OnSent(client, frame);
  oracle.remade().OnSent(client, frame, now,
                         now + stage_.schedule.transport.api_limit);
  oracle.deliveries().OnSent(client, frame.subject, frame.body, now);
  oracle.redrives().OnSent(client, frame.subject, frame.body);
  oracle.parked().OnSent(client, frame.subject, frame.body);
  oracle.keys().OnSent(client, frame.subject, frame.body, now);
}

void Listener::OnHanded(uint64_t client, const transport::Message& frame) {
  streams_.Look();
  std::string reply, body;
  stage_.Note("client ", client, " <- ", frame.subject(), " ",
              Anonymous(frame.reply(), reply), " ",
              Anonymous(frame.body(), body), " ",
              frame.header("Status").value_or(""), " ",
              frame.header("Description").value_or(""));
  // A letter is stored: its lane is free.
  if (frame.body().find(internal::kDeadStream) != std::string_view::npos) {
    ReadLetters();
  }
  Oracle& oracle = stage_.oracle;
  const absl::Time now = stage_.clock.Now();
  oracle.emits().OnHanded(client, frame);
  oracle.remade().OnHanded(client, frame, now);
  oracle.deliveries().OnHanded(client, frame, now);
  oracle.keys().OnHanded(client, frame, now);
  if (!IsRedrive(frame.reply())) return;
  ReadLetters();
  oracle.redrives().OnHanded(client, frame);
}

void Listener::ReadLetters() {
  letters_.Read(stage_.server.model(), stage_.oracle, stage_.clock.Now());
}

}  // namespace walnats::simulation
