// expect: EventDescriptionMustHaveAtMost4096Bytes
#include "walnats/event.h"

struct Parcel {};

constexpr char kEssay[4098] = {};

constexpr walnats::Event<Parcel> kExplained(
    "parcel-shipped", {.description = std::string_view(kEssay, 4097)});
