// expect: EventLimitsMustBeAboveZero
#include "walnats/event.h"

struct Parcel {};

constexpr walnats::Event<Parcel> kGone("parcel-shipped",
                                       {.limits = {.age = absl::Seconds(-1)}});
