#include "tests/benchmarks/compare/contestants.h"

#include <algorithm>
#include <iterator>

#include "tests/benchmarks/compare/by_hand.h"
#include "tests/benchmarks/compare/nats_c.h"
#include "tests/benchmarks/compare/ours.h"

namespace walnats::benchmarks {
namespace {

constexpr Before kEmpty = Before::kEmptyStream;
constexpr Before kFull = Before::kFullStream;

constexpr Contestant kContestants[] = {
    {"publish by hand", kEmpty, MeasurePublishByHand},
    {"js_PublishAsync", kEmpty, MeasureJsPublishAsync},
    {"Emit", kEmpty, MeasureEmit},
    {"EmitAll", kEmpty, MeasureEmitAll},
    {"js_PublishAsync, id", kEmpty, MeasureJsPublishAsyncWithId},
    {"Emit, id", kEmpty, MeasureEmitWithId},
    {"EmitAll, id", kEmpty, MeasureEmitAllWithId},
    {"js_Publish", kEmpty, MeasureJsPublish},
    {"Emit, one at a time", kEmpty, MeasureEmitOne},
    {"nats.js publish", kEmpty, nullptr, "publish.mjs"},

    {"pull by hand", kFull, MeasurePullByHand},
    {"Fetch(100)", kFull, MeasureFetch100},
    {"Fetch(500)", kFull, MeasureFetch500},
    {"plain handler", kFull, MeasurePlain},
    {"coroutine handler", kFull, MeasureCoroutine},
    {"waiting handler", kFull, MeasureWaiting},
    {"push by nats.c", kFull, MeasurePush},
    {"nats.js iterator", kFull, nullptr, "consume.mjs", "iterator"},
    {"nats.js callback", kFull, nullptr, "consume.mjs", "callback"},

    {"latency, js_Publish", kEmpty, MeasureLatencyJsPublish},
    {"latency, js_PublishAsync", kEmpty, MeasureLatencyJsPublishAsync},
    {"latency, Emit", kEmpty, MeasureLatency},

    {"register by hand", Before::kNothing, MeasureRegisterByHand},
    {"register", Before::kNothing, MeasureRegister},
    {"idle actors", Before::kNothing, MeasureIdle, "", "", true},
};

}  // namespace

std::span<const Contestant> Contestants() { return kContestants; }

const Contestant* FindContestant(std::string_view name) {
  const auto* found = std::ranges::find(kContestants, name, &Contestant::name);
  return found == std::end(kContestants) ? nullptr : found;
}

}  // namespace walnats::benchmarks
