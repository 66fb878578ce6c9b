// expect: use of deleted function
#include "tests/nocompile/parcel.h"
#include "walnats/client.h"

walnats::Task<void> Emit(const walnats::Client& client) {
  (co_await client.Emit(kParcelSent, Parcel{"text"})).status().IgnoreError();
}
