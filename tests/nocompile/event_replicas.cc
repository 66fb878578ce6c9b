// expect: EventReplicasMustBe1To5
#include "walnats/event.h"

struct Parcel {};

constexpr walnats::Event<Parcel> kCopied("parcel-shipped",
                                         {.limits = {.replicas = 6}});
