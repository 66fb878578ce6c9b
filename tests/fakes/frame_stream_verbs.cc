#include <algorithm>
#include <boost/json/object.hpp>
#include <optional>
#include <utility>

#include "tests/fakes/frame_json.h"
#include "tests/fakes/frame_verbs.h"
#include "walnats/base/strings.h"
#include "walnats/nats/api_json_fields.h"
#include "walnats/testing/jetstream_model/subject.h"

namespace walnats::nats {
namespace {

namespace model = testing::model;
using transport::StreamInfo;

constexpr std::size_t kInfosPerPage = 256;
constexpr std::size_t kNamesPerPage = 1024;
constexpr char kNoPage[] = "\"total\":0,\"offset\":0,\"limit\":0,";

std::optional<uint64_t> ReadSequence(const boost::json::object& json,
                                     std::string_view name) {
  const uint64_t sequence = ReadCount(json, name);
  return sequence > 0 ? std::optional<uint64_t>(sequence) : std::nullopt;
}

// Those that share a subject with the request's, if it names one.
std::vector<StreamInfo> Chosen(const ApiRequest& request) {
  std::vector<StreamInfo> streams = request.model.ListStreams();
  const std::string_view subject = ReadText(request.json, "subject");
  if (subject.empty()) return streams;
  std::erase_if(streams, [subject](const StreamInfo& info) {
    return std::ranges::none_of(info.config.subjects, [&](const auto& own) {
      return model::Overlap(own, subject);
    });
  });
  return streams;
}

}  // namespace

model::Refusal BadRequest() { return {400, 10003, "bad request"}; }

model::Refusal StreamMismatch() {
  return {400, 10056, "stream name in subject does not match request"};
}

std::string PageJson(const ApiRequest& request, std::string_view name,
                     std::size_t limit, const std::vector<std::string>& items) {
  const std::size_t total = items.size();
  const std::size_t offset =
      std::min<std::size_t>(ReadCount(request.json, "offset"), total);
  std::string json = Cat("\"total\":", total, ",\"offset\":", offset,
                         ",\"limit\":", limit, ",\"", name, "\":[");
  const std::size_t end = std::min(total, offset + limit);
  for (std::size_t i = offset; i < end; ++i) {
    absl::StrAppend(&json, i == offset ? "" : ",", items[i]);
  }
  return json + "]";
}

ApiAnswer AccountInfo(const ApiRequest& request) {
  return AccountJson(request.model);
}

ApiAnswer CreateStream(const ApiRequest& request) {
  const transport::StreamConfig config = ReadStreamConfig(request.json);
  if (config.name != request.names[0]) return StreamMismatch();
  const model::Answer<StreamInfo> info = request.model.CreateStream(config);
  if (!info.ok()) return info.refusal();
  return Cat(StreamJson(*info, request.model.version()),
             ",\"did_create\":true");
}

ApiAnswer UpdateStream(const ApiRequest& request) {
  const transport::StreamConfig config = ReadStreamConfig(request.json);
  if (config.name != request.names[0]) return StreamMismatch();
  const model::Answer<StreamInfo> info = request.model.UpdateStream(config);
  if (!info.ok()) return info.refusal();
  return StreamJson(*info, request.model.version());
}

ApiAnswer GetStream(const ApiRequest& request) {
  const model::Answer<StreamInfo> info =
      request.model.GetStream(request.names[0]);
  if (!info.ok()) return info.refusal();
  return Cat(kNoPage, StreamJson(*info, request.model.version()));
}

ApiAnswer ListStreams(const ApiRequest& request) {
  std::vector<std::string> items;
  for (const StreamInfo& info : Chosen(request)) {
    items.push_back(Cat("{", StreamJson(info, request.model.version()), "}"));
  }
  return PageJson(request, "streams", kInfosPerPage, items);
}

ApiAnswer NameStreams(const ApiRequest& request) {
  std::vector<std::string> items;
  for (const StreamInfo& info : Chosen(request)) {
    items.push_back(QuoteJson(info.config.name));
  }
  return PageJson(request, "streams", kNamesPerPage, items);
}

ApiAnswer DeleteStream(const ApiRequest& request) {
  const auto done = request.model.DeleteStream(request.names[0]);
  if (!done.ok()) return done.refusal();
  return std::string("\"success\":true");
}

ApiAnswer PurgeStream(const ApiRequest& request) {
  transport::PurgeOptions options;
  options.filter = ReadText(request.json, "filter");
  options.up_to = ReadSequence(request.json, "seq");
  options.keep = ReadSequence(request.json, "keep");
  if (options.up_to && options.keep) return BadRequest();
  const auto purged = request.model.PurgeStream(request.names[0], options);
  if (!purged.ok()) return purged.refusal();
  return Cat("\"success\":true,\"purged\":", *purged);
}

ApiAnswer GetMessage(const ApiRequest& request) {
  transport::GetOptions options;
  options.last_by_subject = ReadText(request.json, "last_by_subj");
  options.next_by_subject = ReadText(request.json, "next_by_subj");
  const uint64_t sequence = ReadCount(request.json, "seq");
  const bool next = !options.next_by_subject.empty();
  (next ? options.from : options.sequence) = sequence;
  if (sequence == 0 && !next && options.last_by_subject.empty()) {
    return BadRequest();
  }
  const auto message = request.model.GetMessage(request.names[0], options);
  if (!message.ok()) return message.refusal();
  return StoredJson(*message);
}

ApiAnswer EraseMessage(const ApiRequest& request) {
  if (request.json.empty()) return BadRequest();
  const auto done = request.model.EraseMessage(request.names[0],
                                               ReadCount(request.json, "seq"));
  if (!done.ok()) return done.refusal();
  return std::string("\"success\":true");
}

}  // namespace walnats::nats
