// A message with a name.
#include "tests/nocompile/parcel.h"
#include "walnats/context.h"

walnats::Task<void> Emit(const walnats::Client& client,
                         const walnats::Context& context) {
  const Parcel parcel{"text"};
  (co_await client.Emit(kParcelSent, parcel)).status().IgnoreError();
  (co_await context.Emit(kParcelSent, parcel)).status().IgnoreError();
}
