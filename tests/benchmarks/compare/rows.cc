#include "tests/benchmarks/compare/rows.h"

namespace walnats::benchmarks {
namespace {

constexpr auto kAtLeast = Check::Bound::kAtLeast;
constexpr auto kAtMost = Check::Bound::kAtMost;

Check Rate(double target) {
  return {"rate", [](const Measured& m) { return m.rate(); }, kAtLeast, target};
}

Check ClientCpu(double target) {
  return {"client CPU",
          [](const Measured& m) { return m.client_cpu_per_million(); }, kAtMost,
          target};
}

Check P50(double target) {
  return {"p50", [](const Measured& m) { return m.p50_us; }, kAtMost, target};
}

Check P99Alone(double target) {
  return {"p99",   [](const Measured& m) { return m.p99_us; },
          kAtMost, target,
          true,    "us"};
}

Check AllocationsEach(double target) {
  return {"allocations", [](const Measured& m) { return m.allocations_each(); },
          kAtMost,       target,
          true,          "a message",
          true};
}

Check Threads(double target) {
  return {"threads", [](const Measured& m) { return m.threads; },
          kAtMost,   target,
          true,      "",
          true};
}

Check BytesEach(double target) {
  return {"memory", [](const Measured& m) { return m.bytes_each; },
          kAtMost,  target,
          true,     "bytes each",
          true};
}

Check CoreShare(double target) {
  return {"CPU",   [](const Measured& m) { return m.core_share(); },
          kAtMost, target,
          true,    "of a core"};
}

}  // namespace

std::span<const Row> Rows() {
  static const std::vector<Row> kRows = {
      {"EmitAll", "EmitAll", "js_PublishAsync", {Rate(1.05), ClientCpu(0.70)}},
      {"EmitAll with Msg-Id",
       "EmitAll, id",
       "js_PublishAsync, id",
       {Rate(1.05)}},
      {"Emit in 4,096 coroutines",
       "Emit",
       "js_PublishAsync",
       {Rate(1.0), ClientCpu(1.0)}},
      {"the same by hand", "Emit", "publish by hand", {}},
      {"Emit with Msg-Id", "Emit, id", "js_PublishAsync, id", {Rate(1.05)}},
      {"one Emit at a time", "Emit, one at a time", "js_Publish", {Rate(1.0)}},
      {"plain handler", "plain handler", "Fetch(500)", {Rate(1.10)}},
      {"plain handler", "plain handler", "Fetch(100)", {}},
      {"plain handler", "plain handler", "push by nats.c", {}},
      {"plain handler", "plain handler", "pull by hand", {Rate(0.90)}},
      {"plain handler", "plain handler", "", {AllocationsEach(2)}},
      {"coroutine handler", "coroutine handler", "plain handler", {Rate(0.95)}},
      {"handler that waits 1 ms",
       "waiting handler",
       "plain handler",
       {Rate(0.5)}},
      {"latency at 1,000/s",
       "latency, Emit",
       "latency, js_PublishAsync",
       {P50(0.35), P99Alone(500)}},
      {"latency at 1,000/s", "latency, Emit", "latency, js_Publish", {}},
      {"Emit", "Emit", "nats.js publish", {Rate(8)}},
      {"plain handler", "plain handler", "nats.js iterator", {Rate(2.5)}},
      {"plain handler", "plain handler", "nats.js callback", {Rate(1.0)}},
      {"1,000 events, 1,000 actors",
       "register",
       "register by hand",
       {Rate(0.8)}},
      {"10,000 idle actors",
       "idle actors",
       "",
       {Threads(6), BytesEach(4096), CoreShare(0.02)}},
  };
  return kRows;
}

}  // namespace walnats::benchmarks
