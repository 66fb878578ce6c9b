// expect: EventAgeMustBeAtLeast100Milliseconds
#include "walnats/event.h"

struct Parcel {};

constexpr walnats::Event<Parcel> kBrief(
    "parcel-shipped", {.limits = {.age = absl::Milliseconds(99)}});
