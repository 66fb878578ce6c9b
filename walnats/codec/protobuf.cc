#include <cstdint>
#include <limits>
#include <set>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/message.h"
#include "walnats/base/strings.h"
#include "walnats/codec.h"

namespace walnats::internal {
namespace {

// Protobuf counts bytes in an int.
constexpr size_t kMostBytes = std::numeric_limits<int>::max();

// `file` after all that it imports, as a pool wants them.
void AddFile(const google::protobuf::FileDescriptor& file,
             std::set<const google::protobuf::FileDescriptor*>& added,
             google::protobuf::FileDescriptorSet& files) {
  if (!added.insert(&file).second) return;
  for (int i = 0; i < file.dependency_count(); ++i) {
    AddFile(*file.dependency(i), added, files);
  }
  file.CopyTo(files.add_file());
}

}  // namespace

absl::Status EncodeProtobuf(const google::protobuf::MessageLite& message,
                            std::string& bytes) {
  if (!message.IsInitialized()) {
    return Error(
        absl::StatusCode::kInvalidArgument, "encode ", message.GetTypeName(),
        ": required fields are missing: ", message.InitializationErrorString());
  }
  const size_t size = message.ByteSizeLong();
  if (size > kMostBytes) {
    return Error(absl::StatusCode::kInvalidArgument, "encode ",
                 message.GetTypeName(), ": ", size,
                 " bytes are over Protobuf's limit of 2 GiB");
  }
  const size_t before = bytes.size();
  bytes.resize(before + size);
  message.SerializeWithCachedSizesToArray(
      reinterpret_cast<uint8_t*>(bytes.data() + before));
  return absl::OkStatus();
}

absl::Status DecodeProtobuf(std::string_view bytes,
                            google::protobuf::MessageLite& message) {
  if (bytes.size() > kMostBytes ||
      !message.ParsePartialFromArray(bytes.data(),
                                     static_cast<int>(bytes.size()))) {
    return Error(absl::StatusCode::kDataLoss, "decode ", message.GetTypeName(),
                 ": the ", bytes.size(), " bytes are no such message");
  }
  if (!message.IsInitialized()) {
    return Error(
        absl::StatusCode::kDataLoss, "decode ", message.GetTypeName(),
        ": required fields are missing: ", message.InitializationErrorString());
  }
  return absl::OkStatus();
}

std::string ProtobufName(const google::protobuf::MessageLite& message) {
  return message.GetTypeName();
}

std::string ProtobufFiles(const google::protobuf::MessageLite& message) {
  const auto* full = dynamic_cast<const google::protobuf::Message*>(&message);
  if (full == nullptr) return "";
  google::protobuf::FileDescriptorSet files;
  std::set<const google::protobuf::FileDescriptor*> added;
  AddFile(*full->GetDescriptor()->file(), added, files);
  return files.SerializeAsString();
}

}  // namespace walnats::internal
