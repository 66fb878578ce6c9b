#include "tests/benchmarks/compare/setting.h"

#include <time.h>

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_to.hpp>

#include "walnats/base/strings.h"

namespace walnats::benchmarks {

std::string Setting::ToJson() const {
  return boost::json::serialize(boost::json::object{
      {"url", url},
      {"server", server},
      {"server_pid", server_pid},
      {"messages", messages},
      {"payload", payload},
      {"memory", memory},
      {"seconds", seconds},
  });
}

Setting Setting::FromJson(const std::string& json) {
  const boost::json::value value = boost::json::parse(json);
  return {
      .url = boost::json::value_to<std::string>(value.at("url")),
      .server = boost::json::value_to<std::string>(value.at("server")),
      .server_pid = value.at("server_pid").to_number<pid_t>(),
      .messages = value.at("messages").to_number<int64_t>(),
      .payload = value.at("payload").to_number<int>(),
      .memory = value.at("memory").as_bool(),
      .seconds = value.at("seconds").to_number<double>(),
  };
}

std::string SubjectOf(const Setting& setting, Use use) {
  return Cat("bench.", use == Use::kPublish ? "publish" : "consume", "-b",
             setting.payload, setting.memory ? "-memory" : "-file");
}

std::string StreamOf(const Setting& setting, Use use) {
  std::string name = SubjectOf(setting, use);
  std::ranges::replace(name, '.', '-');
  return name;
}

Event<Reading> EventOf(const Setting& setting, Use use, bool message_ids) {
  EventOptions options = {.message_ids = message_ids};
  options.limits.storage = setting.memory ? Storage::kMemory : Storage::kFile;
  return *Event<Reading>::Create(SubjectOf(setting, use), options);
}

Reading MakeReading(int bytes) {
  Reading reading;
  reading.set_number(1);
  reading.set_sent_ns(1);
  reading.set_station("harbour-north");
  reading.set_celsius(21.5);
  // The tag and the length of the image come on top of it.
  while (static_cast<int>(reading.ByteSizeLong()) < bytes) {
    reading.mutable_image()->push_back('x');
  }
  return reading;
}

uint64_t MonotonicNow() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000U +
         static_cast<uint64_t>(now.tv_nsec);
}

}  // namespace walnats::benchmarks
