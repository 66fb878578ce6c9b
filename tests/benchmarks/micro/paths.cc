// The ways of a message out and in, above the socket; a timer; and the
// transport in memory.

#include <benchmark/benchmark.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "absl/strings/str_cat.h"
#include "tests/benchmarks/compare/setting.h"
#include "tests/benchmarks/micro/loopback.h"
#include "walnats/client/client_core.h"
#include "walnats/testing/harness.h"

namespace walnats::benchmarks {
namespace {

constexpr int kBatch = 1024;  // messages in an iteration

inline constexpr Event<Reading> kEvent("bench.micro", {.message_ids = false});
inline constexpr Event<Reading> kEventWithIds("bench.micro-ids");

void PerMessage(benchmark::State& state) {
  state.SetItemsProcessed(state.iterations() * kBatch);
}

Task<void> EmitOne(Client client, const Event<Reading>& event,
                   const Reading& reading) {
  benchmark::DoNotOptimize(co_await client.Emit(event, reading));
}

// co_await Emit in 1,024 coroutines, and the answers of the server.
void Emit(benchmark::State& state, const Event<Reading>& event) {
  Loopback loop;
  auto core = std::make_shared<internal::ClientCore>(loop.io, loop.clock);
  core->Allow(event.name());
  const Client client(core);
  core->Open(*loop.jetstream);
  const Reading reading = MakeReading(128);
  for (auto _ : state) {
    for (int i = 0; i < kBatch; ++i) {
      boost::asio::co_spawn(*loop.io, EmitOne(client, event, reading),
                            boost::asio::detached);
    }
    loop.clock->Poll();
    loop.wire->Pump();
    loop.clock->Poll();
  }
  core->Close();
  PerMessage(state);
}

void BM_Emit(benchmark::State& state) { Emit(state, kEvent); }
BENCHMARK(BM_Emit);

void BM_EmitWithId(benchmark::State& state) { Emit(state, kEventWithIds); }
BENCHMARK(BM_EmitWithId);

// Acks what it gets.
class Acker final : public transport::DeliverySink {
 public:
  explicit Acker(Loopback& loop) : loop_(loop) {}
  void OnDelivery(transport::Delivery delivery) override {
    ++got;
    loop_.jetstream->Settle(std::move(delivery), transport::Ack{},
                            absl::InfiniteFuture());
  }
  void OnIdle() override {}
  void OnFlowEvent(transport::FlowEvent, std::string_view) override {}

  int got = 0;

 private:
  Loopback& loop_;
};

// From the connection to a sink that acks: routing, pull, settlement.
void BM_Drain(benchmark::State& state) {
  Loopback loop;
  Acker acker(loop);
  const auto flow = loop.jetstream->Open("bench", "actor", {}, acker);
  flow->Want(kBatch);
  const std::string body = MakeReading(128).SerializeAsString();
  std::vector<std::string> replies;
  for (int i = 1; i <= kBatch; ++i) {
    replies.push_back(absl::StrCat("$JS.ACK.bench.actor.1.", i, ".", i,
                                   ".1000000000000000000.1000000"));
  }
  for (auto _ : state) {
    for (const std::string& reply : replies) {
      loop.wire->Deliver("bench", reply, body);
    }
    flow->Want(kBatch);
    loop.wire->Idle();
  }
  if (acker.got != state.iterations() * kBatch) {
    state.SkipWithError("deliveries were dropped");
  }
  PerMessage(state);
}
BENCHMARK(BM_Drain);

void BM_TimerSetAndCancel(benchmark::State& state) {
  boost::asio::io_context io;
  testing::FakeClock clock(io);
  Timer timer(clock, [] {});
  for (auto _ : state) {
    timer.Set(clock.Now() + absl::Seconds(30));
    timer.Cancel();
  }
}
BENCHMARK(BM_TimerSetAndCancel);

// A message from Emit to its ack through the model of the server.
void BM_MemoryTransport(benchmark::State& state) {
  testing::Harness harness;
  int64_t handled = 0;
  const Actor actor("counter", kEvent, [&](const Reading&) { ++handled; });
  harness.Add({.name = "bench", .emits = {kEvent}, .actors = {actor}});
  if (!harness.Start().ok()) return state.SkipWithError("no start");
  const Reading reading = MakeReading(128);
  for (auto _ : state) {
    benchmark::DoNotOptimize(harness.Emit(kEvent, reading));
    harness.RunUntilIdle();
  }
  if (handled != state.iterations()) state.SkipWithError("not all handled");
}
// Its stream and its record of attempts grow.
BENCHMARK(BM_MemoryTransport)->Iterations(20'000);

}  // namespace
}  // namespace walnats::benchmarks
