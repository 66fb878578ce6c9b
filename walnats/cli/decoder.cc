#include "walnats/cli/decoder.h"

#include <boost/json.hpp>
#include <utility>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/dynamic_message.h"
#include "google/protobuf/util/json_util.h"
#include "walnats/cli/text.h"
#include "walnats/v1/schema.pb.h"

namespace walnats::cli {
namespace {

namespace protobuf = google::protobuf;

// Of files that anybody may have stored: what is wrong with them is no news.
class Silent final : public protobuf::DescriptorPool::ErrorCollector {
  void AddError(const std::string&, const std::string&,
                const protobuf::Message*, ErrorLocation,
                const std::string&) override {}
};

bool IsText(std::string_view bytes) {
  return IsUtf8(bytes) && Visible(bytes, true) == bytes;
}

// Indented JSON on one line again, and proof that it is JSON.
bool CompactJson(std::string_view bytes, std::string& compact) {
  boost::system::error_code failed;
  const boost::json::value value =
      boost::json::parse({bytes.data(), bytes.size()}, failed);
  if (failed) return false;
  compact = boost::json::serialize(value);
  return true;
}

}  // namespace

struct Decoder::Core {
  v1::EventSchema schema;
  protobuf::DescriptorPool pool;
  protobuf::DynamicMessageFactory factory{&pool};
  const protobuf::Descriptor* type = nullptr;

  void FindType();
};

void Decoder::Core::FindType() {
  Silent silent;
  for (const protobuf::FileDescriptorProto& file : schema.files().file()) {
    pool.BuildFileCollectingErrors(file, &silent);
  }
  type = pool.FindMessageTypeByName(schema.schema());
}

Body PlainBody(std::string_view bytes) {
  if (IsText(bytes)) return {Body::Form::kText, std::string(bytes)};
  return {Body::Form::kHex, Hex(bytes)};
}

Decoder::Decoder(std::string_view stored) : core_(std::make_unique<Core>()) {
  const auto size = static_cast<int>(stored.size());
  if (!core_->schema.ParseFromArray(stored.data(), size)) {
    core_->schema.Clear();
  }
  core_->FindType();
}

Decoder::~Decoder() = default;
Decoder::Decoder(Decoder&&) noexcept = default;

const std::string& Decoder::schema() const { return core_->schema.schema(); }

Body Decoder::Decode(std::string_view bytes) const {
  Body body{Body::Form::kJson, {}};
  if (core_->type == nullptr) {
    const bool json = core_->schema.content_type().ends_with("json");
    if (json && CompactJson(bytes, body.text)) return body;
    return PlainBody(bytes);
  }
  const std::unique_ptr<protobuf::Message> message(
      core_->factory.GetPrototype(core_->type)->New());
  const auto size = static_cast<int>(bytes.size());
  const bool parsed = message->ParseFromArray(bytes.data(), size);
  if (!parsed ||
      !protobuf::util::MessageToJsonString(*message, &body.text).ok()) {
    return PlainBody(bytes);
  }
  return body;
}

}  // namespace walnats::cli
