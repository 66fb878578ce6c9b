#include "walnats/services/watch.h"

#include <algorithm>

#include "absl/strings/str_join.h"
#include "walnats/base/strings.h"
#include "walnats/services/register_plan.h"

namespace walnats::internal {
namespace {

std::string Text(std::vector<Difference> differences) {
  TakeKept(differences);
  std::vector<std::string> texts;
  for (const Difference& one : differences) {
    texts.push_back(
        Cat(one.field, " is ", one.old_value, ", declared ", one.new_value));
  }
  return absl::StrJoin(texts, "; ");
}

// A single server shows what it has; a new leader of several may still be
// reading its log.
bool IsSure(const transport::StreamInfo& info, const KnownStream& known) {
  return info.config.replicas <= 1 || known.ended_early;
}

std::string LossOf(const KnownStream& known, uint64_t last) {
  std::vector<std::string> parts;
  if (known.acknowledged > last) {
    parts.push_back(Cat("had acknowledged ", known.acknowledged));
  }
  if (known.delivered > last) {
    parts.push_back(Cat("had delivered ", known.delivered));
  }
  const uint64_t most = std::max(known.acknowledged, known.delivered);
  return Cat("ends at sequence ", last, ", but ", absl::StrJoin(parts, " and "),
             ": up to ", most - last, " messages are gone");
}

}  // namespace

StreamFinding Judge(const KnownStream& known,
                    const absl::StatusOr<transport::StreamInfo>& answer) {
  StreamFinding finding;
  if (absl::IsNotFound(answer.status())) {
    finding.fate = StreamFate::kMissing;
    finding.detail = "it was deleted; its emits fail, its actors wait";
    return finding;
  }
  if (!answer.ok()) return finding;
  if (answer->created != known.created) {
    finding.fate = StreamFate::kAnother;
    finding.detail =
        Cat("deleted and made again at ", absl::FormatTime(answer->created),
            "; its actors stand still: restart the service to begin with the "
            "new one");
    return finding;
  }
  finding.fate = StreamFate::kSame;
  finding.drift = Text(Compare(answer->config, known.declared));
  finding.ends_early =
      answer->last_sequence < std::max(known.acknowledged, known.delivered);
  if (finding.ends_early && IsSure(*answer, known)) {
    finding.lost = LossOf(known, answer->last_sequence);
  }
  return finding;
}

std::string DriftOf(const transport::ConsumerConfig& server,
                    const transport::ConsumerConfig& declared) {
  return Text(Compare(server, declared));
}

absl::Duration WatchInterval(absl::Duration asked, size_t things) {
  return std::max(asked, absl::Milliseconds(10) * things);
}

}  // namespace walnats::internal
