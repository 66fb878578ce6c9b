#pragma once

// An Event names something that happened and binds it to a type and to Limits:
// one event is one JetStream stream. Declare events once, as constants in a
// library that every service links:
//
//   // shop/events.h
//   inline constexpr walnats::Event<v1::OrderPlaced> kOrderPlaced(
//       "shop.order-placed",
//       {.description = "A customer placed an order.",
//        .limits = {.age = absl::Hours(24 * 7), .messages = 1'000'000}});
//
// The compiler checks the declaration. What is wrong stands in its error as
// the name of a function that may not be called, for example
// `EventNameMustBeKebabCaseSegmentsJoinedByDots`.
//
// What can never change after the first deploy: the name, and the meaning of
// the bytes (add fields, never reuse their numbers).

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "walnats/event/event_checks.h"
#include "walnats/limits.h"

namespace walnats {

// How a T becomes bytes and back. See codec.h, which defines it for Protobuf.
template <class T>
struct Codec;

struct EventOptions {
  // For people: what happened, who emits it. At most 4096 bytes.
  std::string_view description = {};

  Limits limits = {};

  // Whether every emit carries a message id, so that an emit whose answer was
  // lost is resolved instead of reported as kUnknown. Without ids the server
  // does a third less work per message.
  bool message_ids = true;

  // Whether EmitAll may store several in one act (EmitAllOptions::atomic);
  // servers from 2.12 on. What an older server has of the stream stays as it
  // is. Once set it is not taken back.
  bool atomic_batches = false;
};

// What an Event is without its type. Services and actors keep copies; the
// views point into the declaration, which lives as long as the program.
class EventInfo {
 public:
  // "shop.order-placed": the NATS subject, and the event's name everywhere.
  constexpr std::string_view name() const { return name_; }
  constexpr std::string_view description() const {
    return options_.description;
  }
  constexpr const Limits& limits() const { return options_.limits; }
  constexpr bool message_ids() const { return options_.message_ids; }
  constexpr bool atomic_batches() const { return options_.atomic_batches; }

  // "shop-order-placed": the name with '-' for '.'. Two events whose names
  // differ only in that cannot live together; Services::Validate says so.
  std::string stream_name() const;

 protected:
  constexpr EventInfo(std::string_view name, const EventOptions& options)
      : name_(name), options_(options) {}

 private:
  std::string_view name_;
  EventOptions options_;
};

// T is the message; C has the static functions of Codec<T> (see codec.h) and is
// named only to replace the default: `Event<Price, PriceAsCsv>`.
template <class T, class C = Codec<T>>
class Event : public EventInfo {
 public:
  using Message = T;
  using MessageCodec = C;

  // `name`: 1 to 64 characters, kebab-case segments joined by single dots,
  // not beginning with "walnats-" or "walnats.", which are ours.
  consteval Event(std::string_view name, EventOptions options = {})
      : EventInfo(name, options) {
    internal::RequireEvent(name, options.description, options.limits);
  }

  // For names and limits known only at run time: the same checks, as
  // InvalidArgument. The strings are copied and kept until the program ends,
  // so create each such event once, not per emit. Any thread.
  static absl::StatusOr<Event> Create(std::string_view name,
                                      const EventOptions& options = {}) {
    absl::StatusOr<internal::EventDeclaration> kept =
        internal::CheckAndIntern(name, options.description, options.limits);
    if (!kept.ok()) return kept.status();
    EventOptions owned = options;
    owned.description = kept->description;
    owned.limits = kept->limits;
    return Event(Checked{}, kept->name, owned);
  }

 private:
  struct Checked {};
  constexpr Event(Checked, std::string_view name, const EventOptions& options)
      : EventInfo(name, options) {}
};

}  // namespace walnats
