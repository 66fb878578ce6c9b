#include "walnats/services/validate.h"

#include <cxxabi.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "absl/strings/str_join.h"
#include "walnats/base/strings.h"
#include "walnats/event/event_checks.h"

namespace walnats::internal {
namespace {

class Faults {
 public:
  template <class... Parts>
  void Add(const Parts&... parts) {
    faults_.push_back(Cat(parts...));
  }

  absl::Status ToStatus() const {
    if (faults_.empty()) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrJoin(faults_, "\n"));
  }

 private:
  std::vector<std::string> faults_;
};

bool SameDeclaration(const EventInfo& a, const EventInfo& b) {
  const Limits& x = a.limits();
  const Limits& y = b.limits();
  return a.description() == b.description() &&
         a.message_ids() == b.message_ids() &&
         a.atomic_batches() == b.atomic_batches() && x.age == y.age &&
         x.messages == y.messages && x.bytes == y.bytes &&
         x.message_size == y.message_size && x.consumers == y.consumers &&
         x.per_subject == y.per_subject && x.duplicates == y.duplicates &&
         x.discard == y.discard && x.retention == y.retention &&
         x.storage == y.storage && x.replicas == y.replicas &&
         x.tags == y.tags && x.compression == y.compression;
}

void ForEachEvent(std::span<const Service> services, auto visit) {
  for (const Service& service : services) {
    for (const DeclaredEvent& event : service.emits) visit(event);
    for (const Producer& producer : service.producers) {
      for (const DeclaredEvent& event : producer.emits()) visit(event);
    }
  }
  for (const Service& service : services) {
    for (const Actor& actor : service.actors) visit(actor.event());
  }
}

void CheckEvents(std::span<const Service> services, Faults& faults) {
  std::map<std::string_view, EventInfo> by_name;
  std::map<std::string, std::string_view> by_stream;
  ForEachEvent(services, [&](const EventInfo& event) {
    const auto [known, is_new] = by_name.try_emplace(event.name(), event);
    if (!is_new) {
      if (!SameDeclaration(known->second, event)) {
        faults.Add("event \"", event.name(),
                   "\": declared twice, with different options");
      }
      return;
    }
    const auto [stream, free] =
        by_stream.try_emplace(event.stream_name(), event.name());
    if (!free) {
      faults.Add("event \"", event.name(), "\": its stream \"", stream->first,
                 "\" is that of event \"", stream->second, "\"");
    }
  });
  for (const auto& [name, event] : by_name) {
    const std::string prefix = Cat(name, ".");
    const auto next = by_name.lower_bound(prefix);
    if (next != by_name.end() && next->first.starts_with(prefix)) {
      faults.Add("event \"", name, "\": its name is a prefix of event \"",
                 next->first, "\"; it owns every subject below it");
    }
  }
}

void CheckKebab(std::string_view kind, std::string_view name, Faults& faults) {
  const Fault fault = CheckName(name, /*dots=*/false);
  if (fault == Fault::kNone) return;
  const std::string_view why = fault == Fault::kNameShape
                                   ? "name must be kebab-case, without dots"
                                   : Describe(fault);
  faults.Add(kind, " ", Quoted(name), ": ", why);
}

void CheckRetry(const Actor& actor, Faults& faults) {
  const RetryPolicy& retry = actor.options().retry;
  auto fault = [&](std::string_view what) {
    faults.Add("actor \"", actor.name(), "\": retry.", what);
  };
  if (retry.max_attempts < 1) fault("max_attempts must be at least 1");
  if (retry.delays.empty()) fault("delays must not be empty");
  for (absl::Duration delay : retry.delays) {
    if (delay <= absl::ZeroDuration() || delay == absl::InfiniteDuration()) {
      fault("delays must be above zero and finite");
      break;
    }
  }
  if (!(retry.jitter >= 0 && retry.jitter <= 1)) fault("jitter must be 0 to 1");
}

std::string NameOf(std::type_index type) {
  const std::unique_ptr<char, decltype(&std::free)> name(
      abi::__cxa_demangle(type.name(), nullptr, nullptr, nullptr), &std::free);
  return name ? name.get() : type.name();
}

void CheckOrder(const Actor& actor, Faults& faults) {
  const ActorOptions& options = actor.options();
  auto fault = [&](const auto&... what) {
    faults.Add("actor \"", actor.name(), "\": ", what...);
  };
  const bool keyed = options.order == Order::kPerKey;
  if (keyed && !options.key) fault("order is kPerKey, but there is no key");
  if (!keyed && options.key) fault("has a key, but its order is not kPerKey");
  if (!keyed && options.dead == Dead::kPark) {
    fault("dead is kPark, which needs an order of kPerKey");
  }
  const std::type_index message = actor.handler()->message_type();
  if (options.key && options.key.type() != message) {
    fault("its key is of a ", NameOf(options.key.type()),
          ", but its messages are of type ", NameOf(message));
  }
}

void CheckBreaker(const Actor& actor, Faults& faults) {
  const CircuitBreaker& breaker = actor.options().breaker;
  auto fault = [&](std::string_view what) {
    faults.Add("actor \"", actor.name(), "\": breaker.", what);
  };
  if (!(breaker.failures >= 0 && breaker.failures <= 1)) {
    fault("failures must be 0 to 1");
  }
  if (breaker.window < 1 || breaker.window > 10'000) {
    fault("window must be 1 to 10,000");
  }
  if (breaker.pause < absl::Milliseconds(1) ||
      breaker.pause_max < breaker.pause ||
      breaker.pause_max == absl::InfiniteDuration()) {
    fault("pause must be at least 1 ms, pause_max no less and finite");
  }
}

void CheckActor(const Actor& actor, Faults& faults) {
  CheckKebab("actor", actor.name(), faults);
  const ActorOptions& options = actor.options();
  auto fault = [&](std::string_view what) {
    faults.Add("actor \"", actor.name(), "\": ", what);
  };
  if (options.ack_wait < absl::Seconds(1) ||
      options.ack_wait > absl::Hours(24)) {
    fault("ack_wait must be 1 s to 24 h");
  }
  if (options.max_jobs < 1) fault("max_jobs must be at least 1");
  if (options.job_timeout <= absl::ZeroDuration()) {
    fault("job_timeout must be above zero");
  }
  if (options.max_ack_pending < options.max_jobs) {
    fault("max_ack_pending must be at least max_jobs");
  }
  if (options.start.kind() == Start::Kind::kSequence &&
      options.start.sequence() == 0) {
    fault("start: sequences begin at 1");
  }
  CheckRetry(actor, faults);
  CheckOrder(actor, faults);
  CheckBreaker(actor, faults);
}

void CheckDeadLetters(const DeadLetterOptions& options, Faults& faults) {
  if (options.age < absl::Milliseconds(100)) {
    faults.Add("options: dead_letters.age must be at least 100 ms");
  }
  if (options.bytes < 1) {
    faults.Add("options: dead_letters.bytes must be above zero");
  }
  if (options.replicas < 1 || options.replicas > 5) {
    faults.Add("options: dead_letters.replicas must be 1 to 5");
  }
}

void CheckService(const Service& service, Faults& faults) {
  CheckKebab("service", service.name, faults);
  std::set<std::string_view> producers;
  for (const Producer& producer : service.producers) {
    CheckKebab("producer", producer.name(), faults);
    if (!producers.insert(producer.name()).second) {
      faults.Add("producer \"", producer.name(), "\": twice in service \"",
                 service.name, "\"");
    }
    if (!producer.run()) {
      faults.Add("producer \"", producer.name(), "\": has no function");
    }
    const ProducerOptions& options = producer.options();
    if (options.delay <= absl::ZeroDuration() ||
        options.delay_max < options.delay) {
      faults.Add("producer \"", producer.name(),
                 "\": delay must be above zero, delay_max no less");
    }
  }
}

}  // namespace

absl::Status Validate(std::span<const Service> services,
                      const ServicesOptions& options) {
  Faults faults;
  CheckEvents(services, faults);
  std::set<std::string_view> names;
  std::map<std::string, std::string_view> actors;
  for (const Service& service : services) {
    CheckService(service, faults);
    if (!names.insert(service.name).second) {
      faults.Add("service \"", service.name, "\": added twice");
    }
    for (const Actor& actor : service.actors) {
      CheckActor(actor, faults);
      const std::string key =
          Cat(actor.event().stream_name(), ".", actor.name());
      const auto [other, is_new] = actors.try_emplace(key, service.name);
      if (!is_new) {
        faults.Add("actor \"", actor.name(), "\" of event \"",
                   actor.event().name(), "\": in service \"", service.name,
                   "\" and in service \"", other->second, "\"");
      }
    }
  }
  if (options.max_jobs < 1) faults.Add("options: max_jobs must be at least 1");
  CheckDeadLetters(options.dead_letters, faults);
  if (options.grace < absl::ZeroDuration()) {
    faults.Add("options: grace must not be negative");
  }
  if (options.heartbeat < absl::Milliseconds(100) ||
      options.heartbeat > absl::Seconds(15)) {
    faults.Add("options: heartbeat must be 100 ms to 15 s");
  }
  return faults.ToStatus();
}

std::vector<DeclaredEvent> EventsOf(std::span<const Service> services) {
  std::vector<DeclaredEvent> events;
  std::set<std::string_view> names;
  ForEachEvent(services, [&](const DeclaredEvent& event) {
    if (names.insert(event.name()).second) events.push_back(event);
  });
  return events;
}

}  // namespace walnats::internal
