#include <boost/json/object.hpp>
#include <optional>
#include <utility>

#include "absl/strings/str_join.h"
#include "tests/fakes/frame_json.h"
#include "tests/fakes/frame_verbs.h"
#include "walnats/base/strings.h"
#include "walnats/nats/api_json_fields.h"

namespace walnats::nats {
namespace {

namespace model = testing::model;
using transport::ConsumerConfig;
using transport::ConsumerInfo;

constexpr std::size_t kInfosPerPage = 256;
constexpr std::size_t kNamesPerPage = 1024;

model::ConsumerAction ActionOf(const ApiRequest& request) {
  const std::string_view action = ReadText(request.json, "action");
  if (action == "create") return model::ConsumerAction::kCreate;
  if (action == "update") return model::ConsumerAction::kUpdate;
  return model::ConsumerAction::kCreateOrUpdate;
}

const boost::json::object& ConfigOf(const ApiRequest& request) {
  static const boost::json::object empty;
  const boost::json::object* config = ReadObject(request.json, "config");
  return config == nullptr ? empty : *config;
}

// A name that no client gives.
std::string MakeName(const ApiRequest& request) {
  const std::string& stream = request.names[0];
  for (int i = 1;; ++i) {
    std::string name = Cat("ephemeral", i);
    if (!request.model.GetConsumer(stream, name).ok()) return name;
  }
}

ApiAnswer Put(const ApiRequest& request, const ConsumerConfig& config) {
  const model::Answer<ConsumerInfo> info =
      request.model.PutConsumer(request.names[0], config, ActionOf(request));
  if (!info.ok()) return info.refusal();
  return ConsumerJson(*info, request.model.version());
}

std::optional<model::Refusal> CheckStream(const ApiRequest& request) {
  if (ReadText(request.json, "stream_name") == request.names[0]) return {};
  return StreamMismatch();
}

}  // namespace

// CONSUMER.CREATE.<stream>[.<name>[.<filter>]]
ApiAnswer CreateConsumer(const ApiRequest& request) {
  if (auto refusal = CheckStream(request)) return *std::move(refusal);
  ConsumerConfig config = TakeConsumerConfig(ConfigOf(request));
  const std::vector<std::string>& names = request.names;
  if (names.size() > 1) {
    if (config.durable && config.name != names[1]) {
      return model::Refusal{
          400, 10132,
          "Consumer Durable and Name have to be equal if both are provided"};
    }
    config.name = names[1];
  }
  if (names.size() > 2) {
    const std::string filter =
        absl::StrJoin(names.begin() + 2, names.end(), ".");
    if (config.filter_subjects != std::vector<std::string>{filter}) {
      return model::Refusal{400, 10131,
                            "Consumer create request did not match filtered "
                            "subject from create subject"};
    }
  }
  if (config.name.empty()) config.name = MakeName(request);
  return Put(request, config);
}

ApiAnswer CreateDurable(const ApiRequest& request) {
  if (auto refusal = CheckStream(request)) return *std::move(refusal);
  const ConsumerConfig config = TakeConsumerConfig(ConfigOf(request));
  if (config.name != request.names[1]) {
    return model::Refusal{400, 10017,
                          "consumer name in subject does not match durable "
                          "name in request"};
  }
  return Put(request, config);
}

ApiAnswer GetConsumer(const ApiRequest& request) {
  const model::Answer<ConsumerInfo> info =
      request.model.GetConsumer(request.names[0], request.names[1]);
  if (!info.ok()) return info.refusal();
  return ConsumerJson(*info, request.model.version());
}

ApiAnswer ListConsumers(const ApiRequest& request) {
  const auto infos = request.model.ListConsumers(request.names[0]);
  if (!infos.ok()) return infos.refusal();
  std::vector<std::string> items;
  for (const ConsumerInfo& info : *infos) {
    items.push_back(Cat("{", ConsumerJson(info, request.model.version()), "}"));
  }
  return PageJson(request, "consumers", kInfosPerPage, items);
}

ApiAnswer NameConsumers(const ApiRequest& request) {
  const auto infos = request.model.ListConsumers(request.names[0]);
  if (!infos.ok()) return infos.refusal();
  std::vector<std::string> items;
  for (const ConsumerInfo& info : *infos) {
    items.push_back(QuoteJson(info.config.name));
  }
  return PageJson(request, "consumers", kNamesPerPage, items);
}

ApiAnswer DeleteConsumer(const ApiRequest& request) {
  const auto done =
      request.model.DeleteConsumer(request.names[0], request.names[1]);
  if (!done.ok()) return done.refusal();
  return std::string("\"success\":true");
}

ApiAnswer PauseConsumer(const ApiRequest& request) {
  const absl::Time until = ReadTimestamp(request.json, "pause_until");
  const auto done =
      request.model.PauseConsumer(request.names[0], request.names[1], until);
  if (!done.ok()) return done.refusal();
  const absl::Duration left = until - request.model.now();
  if (left <= absl::ZeroDuration()) {
    return std::string(
        "\"paused\":false,\"pause_until\":\"0001-01-01T00:00:00Z\"");
  }
  return Cat("\"paused\":true,\"pause_until\":\"", FormatTimestamp(until),
             "\",\"pause_remaining\":", absl::ToInt64Nanoseconds(left));
}

// A missing consumer is silence, unlike for every other verb.
ApiAnswer ResetConsumer(const ApiRequest& request) {
  constexpr int kSilence = 0;
  const std::string& stream = request.names[0];
  const std::string& name = request.names[1];
  if (!request.model.GetConsumer(stream, name).ok()) {
    return model::Refusal{kSilence, 0, ""};
  }
  const uint64_t sequence = ReadCount(request.json, "seq");
  const auto done = request.model.ResetConsumer(stream, name, sequence);
  if (!done.ok()) return done.refusal();
  const ApiAnswer info = GetConsumer(request);
  if (!info.ok()) return info.refusal();
  return Cat(*info, ",\"reset_seq\":", sequence);
}

}  // namespace walnats::nats
