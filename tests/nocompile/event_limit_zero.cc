// expect: EventLimitsMustBeAboveZero
#include "walnats/event.h"

struct Parcel {};

constexpr walnats::Event<Parcel> kNone("parcel-shipped",
                                       {.limits = {.messages = 0}});
