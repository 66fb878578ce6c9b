#pragma once

// How messages become bytes and back. Protobuf messages need nothing: their
// Codec is here. Another type brings its own, for all of its events by
// specialising Codec, or for one event by naming it in the declaration:
//
//   struct PriceAsCsv {
//     static constexpr std::string_view kContentType = "text/csv";
//     static std::string_view SchemaName() { return "price"; }
//     static absl::Status Encode(const Price& price, std::string& bytes);
//     static absl::Status Decode(std::string_view bytes, Price& price);
//   };
//   inline constexpr walnats::Event<Price, PriceAsCsv> kPriceSet("price-set");
//
// What can never change after the first deploy: the meaning of stored bytes.

#include <concepts>
#include <string>
#include <string_view>
#include <type_traits>

#include "absl/status/status.h"
#include "google/protobuf/message_lite.h"
#include "walnats/event.h"

namespace walnats {

// What a codec C of T must have; called from any thread, so stateless.
//   kContentType  a media type, for people and gateways
//   SchemaName()  the type's full name, e.g. "shop.v1.OrderPlaced"
//   SchemaFiles() optional: the type as a serialized FileDescriptorSet of
//                 Protobuf, so that the program `walnats` can show messages
//   Encode        appends to `bytes`; any failure becomes kInternal of Emit
//   Decode        replaces `message`, whose memory may be reused; a failure
//                 makes the message a dead letter with DataLoss, the handler
//                 never sees it
template <class C, class T>
concept CodecOf = std::default_initializable<T> &&
    requires(const T& message, std::string& bytes, std::string_view read,
             T& target) {
  { C::kContentType } -> std::convertible_to<std::string_view>;
  std::string(C::SchemaName());  // a std::string_view will do, too
  { C::Encode(message, bytes) } -> std::same_as<absl::Status>;
  { C::Decode(read, target) } -> std::same_as<absl::Status>;
};

template <class T>
concept ProtobufMessage = std::derived_from<T, google::protobuf::MessageLite>;

namespace internal {
absl::Status EncodeProtobuf(const google::protobuf::MessageLite& message,
                            std::string& bytes);
absl::Status DecodeProtobuf(std::string_view bytes,
                            google::protobuf::MessageLite& message);
std::string ProtobufName(const google::protobuf::MessageLite& message);
std::string ProtobufFiles(const google::protobuf::MessageLite& message);
}  // namespace internal

// Protobuf's binary form. A proto2 message that lacks a required field is
// refused in both directions.
template <ProtobufMessage T>
struct Codec<T> {
  static constexpr std::string_view kContentType = "application/protobuf";
  static std::string SchemaName() {
    return internal::ProtobufName(T::default_instance());
  }
  // Empty for messages of Protobuf's lite runtime, which know no schema.
  static std::string SchemaFiles() {
    return internal::ProtobufFiles(T::default_instance());
  }
  static absl::Status Encode(const T& message, std::string& bytes) {
    return internal::EncodeProtobuf(message, bytes);
  }
  static absl::Status Decode(std::string_view bytes, T& message) {
    return internal::DecodeProtobuf(bytes, message);
  }
};

}  // namespace walnats
