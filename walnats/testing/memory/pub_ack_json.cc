#include "walnats/testing/memory/pub_ack_json.h"

#include "walnats/base/strings.h"

namespace walnats::testing {

// Names of streams, ids of batches and descriptions need escapes only where
// Quoted's are JSON's too.
std::string PubAckJson(const StreamAnswer& answer) {
  if (!answer.ok()) {
    const model::Refusal& refusal = answer.refusal();
    return Cat("{\"error\":{\"code\":", refusal.http_code,
               ",\"err_code\":", refusal.code,
               ",\"description\":", Quoted(refusal.description),
               "},\"stream\":\"\",\"seq\":0}");
  }
  const auto* published = std::get_if<model::Published>(&*answer);
  if (published == nullptr) return "";
  std::string json = Cat("{\"stream\":", Quoted(published->ack.stream),
                         ", \"seq\":", published->ack.sequence);
  if (published->ack.duplicate) json += ",\"duplicate\": true";
  if (!published->batch.empty()) {
    json += Cat(",\"batch\":", Quoted(published->batch),
                ",\"count\":", published->count);
  }
  return json + "}";
}

}  // namespace walnats::testing
