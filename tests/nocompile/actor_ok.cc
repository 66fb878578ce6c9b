// Every shape of a handler.
#include "tests/nocompile/parcel.h"
#include "walnats/actor.h"

walnats::Task<void> Later(const Parcel&);
walnats::Task<absl::Status> TryLater(const Parcel&, const walnats::Context&);

const walnats::Actor kActors[] = {
    {"a", kParcelSent, [](const Parcel&) {}},
    {"b", kParcelSent, [](Parcel) { return absl::OkStatus(); }},
    {"c", kParcelSent, [](const Parcel&, const walnats::Context&) {}},
    {"d", kParcelSent, &Later},
    {"e", kParcelSent, &TryLater, {.max_jobs = 2}},
};
