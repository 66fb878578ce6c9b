// expect: EventDuplicatesMustNotExceedAge
#include "walnats/event.h"

struct Parcel {};

constexpr walnats::Event<Parcel> kMindful(
    "parcel-shipped",
    {.limits = {.age = absl::Hours(1), .duplicates = absl::Hours(2)}});
