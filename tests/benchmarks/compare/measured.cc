#include "tests/benchmarks/compare/measured.h"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cmath>
#include <cstdint>

#include "walnats/base/strings.h"

namespace walnats::benchmarks {
namespace {

struct Field {
  const char* name;
  double Measured::*member;
};

constexpr Field kFields[] = {
    {"messages", &Measured::messages},
    {"seconds", &Measured::seconds},
    {"client_cpu", &Measured::client_cpu},
    {"server_cpu", &Measured::server_cpu},
    {"others", &Measured::others},
    {"peak_kb", &Measured::peak_kb},
    {"threads", &Measured::threads},
    {"allocations", &Measured::allocations},
    {"p50_us", &Measured::p50_us},
    {"p99_us", &Measured::p99_us},
    {"p999_us", &Measured::p999_us},
    {"bytes_each", &Measured::bytes_each},
};

double Percentile(const std::vector<uint64_t>& sorted, double share) {
  const auto last = static_cast<double>(sorted.size() - 1);
  const auto index = static_cast<size_t>(std::lround(share * last));
  return static_cast<double>(sorted[index]) / 1e3;
}

}  // namespace

void Measured::SetLatency(std::vector<uint64_t>& latencies) {
  std::ranges::sort(latencies);
  p50_us = Percentile(latencies, 0.5);
  p99_us = Percentile(latencies, 0.99);
  p999_us = Percentile(latencies, 0.999);
}

std::string Measured::ToJson() const {
  boost::json::object object;
  for (const Field& field : kFields) {
    const double value = this->*field.member;
    if (!std::isnan(value)) object[field.name] = value;
  }
  return boost::json::serialize(object);
}

Measured Measured::FromJson(std::string_view json) {
  Measured measured;
  const boost::json::value value =
      boost::json::parse({json.data(), json.size()});
  for (const Field& field : kFields) {
    const auto* found = value.as_object().if_contains(field.name);
    if (found != nullptr) {
      measured.*field.member = found->to_number<double>();
    }
  }
  return measured;
}

Measured MedianOf(std::span<const Measured> all) {
  Measured median;
  for (const Field& field : kFields) {
    std::vector<double> values;
    for (const Measured& one : all) values.push_back(one.*field.member);
    median.*field.member = MedianOf(std::move(values));
  }
  return median;
}

double MedianOf(std::vector<double> all) {
  std::erase_if(all, [](double value) { return std::isnan(value); });
  if (all.empty()) return kUnknown;
  std::ranges::sort(all);
  const size_t middle = all.size() / 2;
  return all.size() % 2 == 1 ? all[middle]
                             : (all[middle - 1] + all[middle]) / 2;
}

}  // namespace walnats::benchmarks
