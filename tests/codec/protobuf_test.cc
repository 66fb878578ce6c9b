#include <google/protobuf/wrappers.pb.h>

#include "legacy.pb.h"
#include "walnats/base/strings.h"
#include "walnats/codec.h"

namespace walnats {
namespace {

using google::protobuf::StringValue;
using test::Legacy;
using LegacyCodec = Codec<Legacy>;
using StringCodec = Codec<StringValue>;

static_assert(CodecOf<StringCodec, StringValue>);
static_assert(CodecOf<LegacyCodec, Legacy>);
static_assert(StringCodec::kContentType == "application/protobuf");

// A message that says it is larger than Protobuf can write.
class Huge : public google::protobuf::MessageLite {
 public:
  std::string GetTypeName() const override { return "Huge"; }
  Huge* New(google::protobuf::Arena*) const override { return new Huge; }
  void Clear() override {}
  bool IsInitialized() const override { return true; }
  void CheckTypeAndMergeFrom(const MessageLite&) override {}
  size_t ByteSizeLong() const override { return size_t{1} << 31; }
  int GetCachedSize() const override { return 0; }
  uint8_t* _InternalSerialize(
      uint8_t* target,
      google::protobuf::io::EpsCopyOutputStream*) const override {
    ADD_FAILURE() << "written";
    return target;
  }
};

TEST(ProtobufTest, NamesItsSchema) {
  EXPECT_EQ(StringCodec::SchemaName(), "google.protobuf.StringValue");
  EXPECT_EQ(LegacyCodec::SchemaName(), "walnats.test.Legacy");
}

TEST(ProtobufTest, EncodeAppends) {
  StringValue message;
  message.set_value("hello");
  std::string bytes = "before";
  ASSERT_EQ(StringCodec::Encode(message, bytes), absl::OkStatus());
  EXPECT_EQ(bytes, "before" + message.SerializeAsString());
}

TEST(ProtobufTest, DecodeReplaces) {
  StringValue message;
  message.set_value("hello");
  std::string bytes;
  ASSERT_EQ(StringCodec::Encode(message, bytes), absl::OkStatus());
  StringValue decoded;
  decoded.set_value("old");
  ASSERT_EQ(StringCodec::Decode(bytes, decoded), absl::OkStatus());
  EXPECT_EQ(decoded.value(), "hello");
  ASSERT_EQ(StringCodec::Decode("", decoded), absl::OkStatus());
  EXPECT_EQ(decoded.value(), "");
}

TEST(ProtobufTest, GarbageIsDataLoss) {
  StringValue message;
  for (std::string_view bytes : {"\x0a\x05hell", "garbage", "\xff"}) {
    EXPECT_EQ(
        StringCodec::Decode(bytes, message),
        absl::DataLossError(Cat("decode google.protobuf.StringValue: the ",
                                bytes.size(), " bytes are no such message")));
  }
}

TEST(ProtobufTest, RefusesToEncodeWithoutRequiredFields) {
  Legacy message;
  message.mutable_part();
  std::string bytes = "before";
  EXPECT_EQ(LegacyCodec::Encode(message, bytes),
            absl::InvalidArgumentError(
                "encode walnats.test.Legacy: required fields are missing: id, "
                "part.name"));
  EXPECT_EQ(bytes, "before");
}

TEST(ProtobufTest, RefusesToDecodeWithoutRequiredFields) {
  Legacy partial;
  partial.mutable_part();
  Legacy message;
  EXPECT_EQ(LegacyCodec::Decode(partial.SerializePartialAsString(), message),
            absl::DataLossError(
                "decode walnats.test.Legacy: required fields are missing: id, "
                "part.name"));
}

TEST(ProtobufTest, RefusesTwoGibibytes) {
  std::string bytes = "before";
  EXPECT_EQ(internal::EncodeProtobuf(Huge(), bytes),
            absl::InvalidArgumentError(
                "encode Huge: 2147483648 bytes are over Protobuf's "
                "limit of 2 GiB"));
  EXPECT_EQ(bytes, "before");
  // Refused by its size alone, before any byte is read.
  StringValue message;
  EXPECT_EQ(StringCodec::Decode(std::string_view("", size_t{1} << 31), message)
                .code(),
            absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace walnats
