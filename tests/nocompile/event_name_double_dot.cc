// expect: EventNameMustBeKebabCaseSegmentsJoinedByDots
#include "walnats/event.h"

struct Parcel {};

constexpr walnats::Event<Parcel> kGap("parcel..shipped");
