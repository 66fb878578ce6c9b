// expect: EventNameMustHave1To64Characters
#include "walnats/event.h"

struct Parcel {};

constexpr walnats::Event<Parcel> kLong(
    "parcel-that-was-shipped-a-very-long-way-from-one-warehouse-to-another");
