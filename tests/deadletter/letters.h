#pragma once

// A dead letter for tests.

#include <string>

#include "absl/time/time.h"
#include "walnats/deadletter/proto_time.h"
#include "walnats/v1/dead_letter.pb.h"

namespace walnats::internal {

// Of message `sequence` of "shop-order", which the actor "mailer" could not
// handle.
inline v1::DeadLetter Letter(uint64_t sequence) {
  v1::DeadLetter letter;
  letter.set_service("shop");
  letter.set_actor("mailer");
  letter.set_event("shop.order");
  letter.set_subject("shop.order");
  letter.set_stream("shop-order");
  letter.set_sequence(sequence);
  *letter.mutable_stored_at() = ToProto(absl::FromUnixNanos(5'000'000'007));
  *letter.mutable_stream_created() = ToProto(absl::FromUnixSeconds(3));
  letter.set_body("a parcel");
  letter.set_error("no such user");
  return letter;
}

}  // namespace walnats::internal
