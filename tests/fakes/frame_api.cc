#include "tests/fakes/frame_api.h"

#include <algorithm>
#include <boost/json/object.hpp>
#include <iterator>
#include <limits>
#include <optional>
#include <utility>

#include "absl/strings/str_split.h"
#include "tests/fakes/frame_fields.h"
#include "tests/fakes/frame_json.h"
#include "tests/fakes/frame_verbs.h"
#include "walnats/base/strings.h"
#include "walnats/nats/api_json_fields.h"

namespace walnats::nats {
namespace {

namespace model = testing::model;
using model::Difference;

constexpr std::size_t kAny = std::numeric_limits<std::size_t>::max();

enum class Body { kNone, kOptional, kRequired };

struct Verb {
  std::string_view name;
  std::string_view type;  // "io.nats.jetstream.api.v1.<type>_response"
  std::size_t least = 1;  // tokens behind it
  std::size_t most = 1;
  ApiAnswer (*answer)(const ApiRequest&);
  Body body = Body::kNone;
  const Fields& fields = kListFields;
  std::optional<Difference> since = {};
};

const Verb kVerbs[] = {
    {"INFO", "account_info", 0, 0, AccountInfo},
    {"STREAM.CREATE", "stream_create", 1, 1, CreateStream, Body::kRequired,
     kStreamFields},
    {"STREAM.UPDATE", "stream_update", 1, 1, UpdateStream, Body::kRequired,
     kStreamFields},
    {"STREAM.INFO", "stream_info", 1, 1, GetStream, Body::kOptional,
     kStreamInfoFields},
    {"STREAM.LIST", "stream_list", 0, 0, ListStreams, Body::kOptional},
    {"STREAM.NAMES", "stream_names", 0, 0, NameStreams, Body::kOptional},
    {"STREAM.DELETE", "stream_delete", 1, 1, DeleteStream},
    {"STREAM.PURGE", "stream_purge", 1, 1, PurgeStream, Body::kOptional,
     kPurgeFields},
    {"STREAM.MSG.GET", "stream_msg_get", 1, 1, GetMessage, Body::kOptional,
     kGetFields},
    {"STREAM.MSG.DELETE", "stream_msg_delete", 1, 1, EraseMessage,
     Body::kOptional, kEraseFields},
    {"CONSUMER.CREATE", "consumer_create", 1, kAny, CreateConsumer,
     Body::kRequired, kConsumerFields},
    {"CONSUMER.DURABLE.CREATE", "consumer_create", 2, 2, CreateDurable,
     Body::kRequired, kConsumerFields},
    {"CONSUMER.INFO", "consumer_info", 2, 2, GetConsumer},
    {"CONSUMER.LIST", "consumer_list", 1, 1, ListConsumers, Body::kOptional},
    {"CONSUMER.NAMES", "consumer_names", 1, 1, NameConsumers, Body::kOptional},
    {"CONSUMER.DELETE", "consumer_delete", 2, 2, DeleteConsumer},
    {"CONSUMER.PAUSE", "consumer_pause", 2, 2, PauseConsumer, Body::kOptional,
     kPauseFields, Difference::kPause},
    {"CONSUMER.RESET", "consumer_reset", 2, 2, ResetConsumer, Body::kOptional,
     kResetFields, Difference::kReset},
};

// Whether `path` is `verb`, alone or with tokens behind it.
bool Names(std::string_view path, std::string_view verb) {
  return path.starts_with(verb) &&
         (path.size() == verb.size() || path[verb.size()] == '.');
}

std::vector<std::string> TokensBehind(std::string_view path,
                                      std::string_view verb) {
  path.remove_prefix(verb.size());
  if (path.empty()) return {};
  return absl::StrSplit(ToAbsl(path.substr(1)), '.');
}

// The request's JSON, or why it is none.
std::optional<model::Refusal> ReadBody(const Verb& verb, std::string_view body,
                                       const model::Version& version,
                                       boost::json::object& json) {
  if (body.empty()) {
    const bool refused =
        verb.body == Body::kRequired && !Has(version, Difference::kStrict);
    return refused ? std::optional(InvalidJson(version, "")) : std::nullopt;
  }
  if (verb.body == Body::kNone) {
    if (body == "{}" || body == "[]" || body == "null") return std::nullopt;
    return model::Refusal{400, 10038, "expected an empty request payload"};
  }
  absl::StatusOr<boost::json::object> parsed = ParseObject(body, "request");
  if (!parsed.ok()) {
    return InvalidJson(version, ToStd(parsed.status().message()));
  }
  json = *std::move(parsed);
  return Restrict(json, verb.fields, version);
}

ApiAnswer Answer(const Verb& verb, model::Model& model,
                 std::vector<std::string> names, std::string_view body) {
  boost::json::object json;
  auto refusal = ReadBody(verb, body, model.version(), json);
  if (refusal) return *std::move(refusal);
  return verb.answer({model, std::move(names), json});
}

}  // namespace

std::string AskApi(model::Model& model, std::string_view path,
                   std::string_view body) {
  const auto* verb = std::ranges::find_if(
      kVerbs, [path](const Verb& one) { return Names(path, one.name); });
  if (verb == std::end(kVerbs)) return "";
  if (verb->since && !Has(model.version(), *verb->since)) return "";
  std::vector<std::string> names = TokensBehind(path, verb->name);
  if (names.size() < verb->least || names.size() > verb->most) return "";
  const ApiAnswer answer = Answer(*verb, model, std::move(names), body);
  if (!answer.ok() && answer.refusal().silent()) return "";
  return Cat(
      "{\"type\":\"io.nats.jetstream.api.v1.", verb->type, "_response\",",
      answer.ok() ? *answer : Cat("\"error\":", ErrorJson(answer.refusal())),
      "}");
}

std::string_view StreamOfApi(std::string_view path) {
  constexpr std::string_view kOthers[] = {"CONSUMER.MSG.NEXT", "DIRECT.GET"};
  const auto first_behind = [path](std::string_view verb) {
    const std::string_view rest = path.substr(verb.size());
    return rest.empty() ? rest : rest.substr(1, rest.find('.', 1) - 1);
  };
  for (const std::string_view verb : kOthers) {
    if (Names(path, verb)) return first_behind(verb);
  }
  const auto* verb = std::ranges::find_if(
      kVerbs, [path](const Verb& one) { return Names(path, one.name); });
  return verb == std::end(kVerbs) ? "" : first_behind(verb->name);
}

}  // namespace walnats::nats
