#include "tests/fakes/frame_direct.h"

#include <boost/json/object.hpp>
#include <utility>

#include "walnats/base/strings.h"
#include "walnats/nats/api_json_fields.h"

namespace walnats::nats {
namespace {

namespace model = testing::model;
using Frames = std::vector<FrameText>;
using transport::StoredMessage;

FrameText MessageFrame(const std::string& stream, StoredMessage message) {
  FrameText frame;
  frame.headers = std::move(message.headers);
  frame.headers.push_back({"Nats-Stream", stream});
  frame.headers.push_back({"Nats-Subject", message.subject});
  frame.headers.push_back({"Nats-Sequence", Cat(message.sequence)});
  frame.headers.push_back({"Nats-Time-Stamp", FormatTimestamp(message.time)});
  frame.body = std::move(message.body);
  return frame;
}

Frames GetOne(const model::Model& model, const std::string& stream,
              const transport::GetOptions& options) {
  auto message = model.GetMessage(stream, options);
  if (!message.ok()) return {StatusFrame(404, "Message Not Found")};
  return {MessageFrame(stream, *std::move(message))};
}

Frames GetNewest(const model::Model& model, const std::string& stream,
                 const boost::json::object& request) {
  transport::GetManyOptions options;
  options.subjects = ReadTexts(request, "multi_last");
  if (const uint64_t up_to = ReadCount(request, "up_to_seq"); up_to > 0) {
    options.up_to = up_to;
  }
  auto messages = model.GetMessages(stream, options);
  if (!messages.ok() || messages->empty()) {
    return {StatusFrame(404, "No Results")};
  }
  Frames frames;
  uint64_t last = 0;
  std::size_t left = messages->size();
  const auto add_position = [&](FrameText& frame) {
    frame.headers.push_back({"Nats-Num-Pending", Cat(left)});
    frame.headers.push_back({"Nats-Last-Sequence", Cat(last)});
  };
  for (StoredMessage& message : *messages) {
    const uint64_t sequence = message.sequence;
    frames.push_back(MessageFrame(stream, std::move(message)));
    --left;
    add_position(frames.back());
    last = sequence;
  }
  frames.push_back(StatusFrame(204, "EOB"));
  add_position(frames.back());
  return frames;
}

transport::GetOptions ReadOptions(const boost::json::object& request) {
  transport::GetOptions options;
  options.last_by_subject = ReadText(request, "last_by_subj");
  options.next_by_subject = ReadText(request, "next_by_subj");
  const bool next = !options.next_by_subject.empty();
  (next ? options.from : options.sequence) = ReadCount(request, "seq");
  return options;
}

bool AsksNothing(const transport::GetOptions& options) {
  return options.sequence == 0 && options.last_by_subject.empty() &&
         options.next_by_subject.empty();
}

}  // namespace

FrameText StatusFrame(int code, std::string_view description) {
  FrameText frame;
  frame.headers.push_back({"Status", Cat(code)});
  if (!description.empty()) {
    frame.headers.push_back({"Description", std::string(description)});
  }
  return frame;
}

std::optional<Frames> GetDirectly(const model::Model& model,
                                  std::string_view path,
                                  std::string_view body) {
  const std::size_t dot = path.find('.');
  const std::string stream(path.substr(0, dot));
  const auto info = model.GetStream(stream);
  if (!info.ok() || !info->config.allow_direct) return std::nullopt;
  if (dot != std::string_view::npos) {
    transport::GetOptions last;
    last.last_by_subject = path.substr(dot + 1);
    return GetOne(model, stream, last);
  }
  if (body.empty()) return Frames{StatusFrame(408, "Empty Request")};
  const absl::StatusOr<boost::json::object> request =
      ParseObject(body, "request");
  if (!request.ok()) return Frames{StatusFrame(408, "Malformed Request")};
  if (Has(model.version(), model::Difference::kMultiGet) &&
      ReadList(*request, "multi_last") != nullptr) {
    return GetNewest(model, stream, *request);
  }
  const transport::GetOptions options = ReadOptions(*request);
  if (AsksNothing(options)) return Frames{StatusFrame(408, "Empty Request")};
  return GetOne(model, stream, options);
}

}  // namespace walnats::nats
