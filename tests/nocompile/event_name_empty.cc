// expect: EventNameMustHave1To64Characters
#include "walnats/event.h"

struct Parcel {};

constexpr walnats::Event<Parcel> kEmpty("");
