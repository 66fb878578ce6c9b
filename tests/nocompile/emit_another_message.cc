// expect: error: no matching function for call to
#include "tests/nocompile/parcel.h"
#include "walnats/client.h"

walnats::Task<void> Emit(const walnats::Client& client) {
  const int number = 7;
  (co_await client.Emit(kParcelSent, number)).status().IgnoreError();
}
