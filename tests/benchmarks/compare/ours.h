#pragma once

// What walnats itself does. To measure something new: a function here, a line
// in contestants.cc, a line in rows.cc.

#include "absl/status/statusor.h"
#include "tests/benchmarks/compare/measured.h"
#include "tests/benchmarks/compare/setting.h"
#include "walnats/services.h"

namespace walnats::benchmarks {

// co_await Emit in 4,096 coroutines.
absl::StatusOr<Measured> MeasureEmit(const Setting& setting);
absl::StatusOr<Measured> MeasureEmitWithId(const Setting& setting);
// One EmitAll of all of them.
absl::StatusOr<Measured> MeasureEmitAll(const Setting& setting);
absl::StatusOr<Measured> MeasureEmitAllWithId(const Setting& setting);
// One at a time: a twentieth of the messages.
absl::StatusOr<Measured> MeasureEmitOne(const Setting& setting);

// An actor that handles all of a full stream.
absl::StatusOr<Measured> MeasurePlain(const Setting& setting);
absl::StatusOr<Measured> MeasureCoroutine(const Setting& setting);
// Every handler waits 1 ms; 1,000 of them at once.
absl::StatusOr<Measured> MeasureWaiting(const Setting& setting);

// From before the Emit to within the handler, at 1,000 messages a second.
absl::StatusOr<Measured> MeasureLatency(const Setting& setting);

// 10 events with 1,000 actors each, nothing to do for setting.seconds.
absl::StatusOr<Measured> MeasureIdle(const Setting& setting);

// 1,000 events with an actor each, from Run to ready, on a new server.
inline constexpr int kManyActors = 1000;
Service ManyActors();
absl::StatusOr<Measured> MeasureRegister(const Setting& setting);

}  // namespace walnats::benchmarks
