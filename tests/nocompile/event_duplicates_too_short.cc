// expect: EventDuplicatesMustBeAtLeast100Milliseconds
#include "walnats/event.h"

struct Parcel {};

constexpr walnats::Event<Parcel> kForgetful(
    "parcel-shipped", {.limits = {.duplicates = absl::Milliseconds(99)}});
