// What a program needs of an installed walnats: the headers, the libraries, and
// an event library that was built without them.

#include <cstdio>
#include <string>

#include "user/events.h"

int main() {
  using Event = decltype(parcels::kParcelShipped);
  using Codec = Event::MessageCodec;

  parcels::v1::ParcelShipped sent;
  sent.set_id("p-1");
  std::string bytes;
  if (!Codec::Encode(sent, bytes).ok()) return 1;

  parcels::v1::ParcelShipped received;
  if (!Codec::Decode(bytes, received).ok()) return 1;
  std::printf("%s: %s\n", parcels::kParcelShipped.stream_name().c_str(),
              received.id().c_str());
  return received.id() == "p-1" ? 0 : 1;
}
