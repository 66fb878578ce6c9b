// expect: use of deleted function
#include "tests/nocompile/parcel.h"
#include "walnats/context.h"

walnats::Task<void> Emit(const walnats::Context& context) {
  (co_await context.Emit(kParcelSent, Parcel{"text"})).status().IgnoreError();
}
