// expect: EventNameMustNotBeginWithWalnats
#include "walnats/event.h"

struct Parcel {};

constexpr walnats::Event<Parcel> kOurs("walnats.parcel-shipped");
