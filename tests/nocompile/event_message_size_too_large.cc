// expect: EventMessageSizeMustBeBelow2GiB
#include "walnats/event.h"

struct Parcel {};

constexpr walnats::Event<Parcel> kHuge("parcel-shipped",
                                       {.limits = {.message_size = int64_t{1}
                                                                   << 31}});
