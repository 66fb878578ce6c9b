#pragma once

// An event as a service declares it: what an EventInfo is, and what the event's
// messages are, for programs that do not link their type. Made of an Event
// wherever events are listed:
//
//   services.Add({.name = "shop", .emits = {kOrderPlaced, kOrderCancelled}});

#include <string>

#include "walnats/codec.h"
#include "walnats/event.h"

namespace walnats {

namespace internal {

struct TypeSchema {
  std::string content_type;  // of the codec
  std::string name;          // the type's full name
  // A serialized google.protobuf.FileDescriptorSet: the type's file and all
  // that it imports, each after what it imports. Empty if the codec has none.
  std::string files;
};

template <class C>
TypeSchema MakeTypeSchema() {
  TypeSchema schema{
      std::string(C::kContentType), std::string(C::SchemaName()), {}};
  if constexpr (requires { std::string(C::SchemaFiles()); }) {
    schema.files = C::SchemaFiles();
  }
  return schema;
}

}  // namespace internal

class DeclaredEvent : public EventInfo {
 public:
  template <class T, CodecOf<T> C>
  DeclaredEvent(const Event<T, C>& event)  // NOLINT: that is what it is for
      : EventInfo(event), make_schema_(&internal::MakeTypeSchema<C>) {}

  internal::TypeSchema schema() const { return make_schema_(); }

 private:
  // A function, so that the schema is made only where it is wanted.
  internal::TypeSchema (*make_schema_)();
};

}  // namespace walnats
