// expect: HandlerOf
#include "tests/nocompile/parcel.h"
#include "walnats/actor.h"

const walnats::Actor kActor("mailer", kParcelSent, [](int) {});
