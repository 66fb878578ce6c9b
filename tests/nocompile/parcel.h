#pragma once

// An event whose message is an aggregate that owns something.

#include <string>
#include <string_view>

#include "walnats/codec.h"

struct Parcel {
  std::string text;
};

struct ParcelCodec {
  static constexpr std::string_view kContentType = "text/plain";
  static std::string_view SchemaName() { return "Parcel"; }
  static absl::Status Encode(const Parcel&, std::string&);
  static absl::Status Decode(std::string_view, Parcel&);
};

constexpr walnats::Event<Parcel, ParcelCodec> kParcelSent("parcel-sent");
