// What needs no connection: codec, headers, names.

#include <benchmark/benchmark.h>

#include "tests/benchmarks/compare/setting.h"
#include "walnats/codec.h"
#include "walnats/event/headers.h"
#include "walnats/nats/ack_subject.h"
#include "walnats/nats/api_json.h"

namespace walnats::benchmarks {
namespace {

using ReadingCodec = Codec<Reading>;

void BM_Encode(benchmark::State& state) {
  const Reading reading = MakeReading(static_cast<int>(state.range(0)));
  for (auto _ : state) {
    std::string bytes;
    benchmark::DoNotOptimize(ReadingCodec::Encode(reading, bytes));
  }
}
BENCHMARK(BM_Encode)->Arg(128)->Arg(1024);

void BM_Decode(benchmark::State& state) {
  const std::string bytes =
      MakeReading(static_cast<int>(state.range(0))).SerializeAsString();
  Reading reading;
  for (auto _ : state) {
    benchmark::DoNotOptimize(ReadingCodec::Decode(bytes, reading));
  }
}
BENCHMARK(BM_Decode)->Arg(128)->Arg(1024);

void BM_CheckHeaders(benchmark::State& state) {
  const Header headers[] = {{"Traceparent", "00-4bf92f3577b34da6a3ce929d0e0e"},
                            {"Content-Type", "application/protobuf"}};
  for (auto _ : state) benchmark::DoNotOptimize(CheckHeaders(headers));
}
BENCHMARK(BM_CheckHeaders);

void BM_EncodeDelay(benchmark::State& state) {
  const absl::Time due = absl::FromUnixMillis(1'700'000'000'250);
  for (auto _ : state) benchmark::DoNotOptimize(EncodeDelay(due));
}
BENCHMARK(BM_EncodeDelay);

void BM_DecodeDelay(benchmark::State& state) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(DecodeDelay("1700000000.25"));
  }
}
BENCHMARK(BM_DecodeDelay);

void BM_ParseAckSubject(benchmark::State& state) {
  constexpr std::string_view kReply =
      "$JS.ACK.shop-order-placed.mailer.1.123456.123455."
      "1700000000123456789.4711";
  for (auto _ : state) {
    benchmark::DoNotOptimize(nats::ParseAckSubject(kReply));
  }
}
BENCHMARK(BM_ParseAckSubject);

void BM_ParsePubAck(benchmark::State& state) {
  constexpr std::string_view kAck =
      R"({"stream":"shop-order-placed","seq":1234567})";
  for (auto _ : state) benchmark::DoNotOptimize(nats::ParsePubAck(kAck));
}
BENCHMARK(BM_ParsePubAck);

}  // namespace
}  // namespace walnats::benchmarks
