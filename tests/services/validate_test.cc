#include "walnats/services/validate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "tests/services/note.h"

namespace walnats::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr NoteEvent kOrder("shop.order");
constexpr NoteEvent kMail("mail");

Actor Mailer(ActorOptions options = {}, std::string_view name = "mailer") {
  return Actor(
      name, kOrder, [](const Note&) {}, std::move(options));
}

Producer Feed(ProducerOptions options = {}, std::string_view name = "feed") {
  return Producer(
      name, {kOrder},
      [](Client) -> Task<absl::Status> { co_return absl::OkStatus(); },
      options);
}

Service Of(Actor actor) {
  Service service{.name = "shop"};
  service.actors.push_back(std::move(actor));
  return service;
}

Service Of(Producer producer) {
  Service service{.name = "shop"};
  service.producers.push_back(std::move(producer));
  return service;
}

Service Emits(std::vector<DeclaredEvent> events) {
  return {.name = "shop", .emits = std::move(events)};
}

std::string Faults(const std::vector<Service>& services,
                   const ServicesOptions& options = {}) {
  const absl::Status status = Validate(services, options);
  EXPECT_TRUE(status.ok() || absl::IsInvalidArgument(status)) << status;
  return std::string(status.message());
}

NoteEvent Named(std::string_view name, const EventOptions& options = {}) {
  return *NoteEvent::Create(name, options);
}

TEST(ValidateTest, AcceptsWhatIsGood) {
  Service shop{.name = "shop", .version = "1.0", .emits = {kMail, kOrder}};
  shop.producers = {Feed(), Feed({}, "second-feed")};
  shop.actors = {Mailer(), Mailer({.ack_wait = absl::Seconds(1),
                                   .max_jobs = 1,
                                   .job_timeout = absl::InfiniteDuration(),
                                   .retry = {.max_attempts = kUnlimitedAttempts,
                                             .delays = {absl::Nanoseconds(1)},
                                             .jitter = 1},
                                   .start = Start::At(1),
                                   .max_ack_pending = 1},
                                  "second-mailer")};
  Service other{.name = "other"};
  // Another event's actor may have the same name.
  other.actors.emplace_back("mailer", kMail, [](const Note&) {});
  other.producers = {Feed()};
  EXPECT_EQ(Faults({shop, other}), "");
  EXPECT_EQ(Faults({}), "");
}

TEST(ValidateTest, RefusesTwoDeclarationsOfOneName) {
  const EventOptions changes[] = {
      {.description = "x"},
      {.limits = {.age = absl::Hours(1)}},
      {.limits = {.messages = 5}},
      {.limits = {.bytes = 5}},
      {.limits = {.message_size = 5}},
      {.limits = {.consumers = 5}},
      {.limits = {.per_subject = 5}},
      {.limits = {.duplicates = absl::Seconds(1)}},
      {.limits = {.discard = Discard::kNew}},
      {.limits = {.retention = Retention::kInterest}},
      {.limits = {.storage = Storage::kMemory}},
      {.limits = {.replicas = 3}},
      {.limits = {.tags = {"ssd"}}},
      {.limits = {.compression = Compression::kS2}},
      {.message_ids = false},
  };
  EXPECT_EQ(Faults({Emits({kMail, Named("mail"), Named("mail")})}), "");
  for (const EventOptions& options : changes) {
    EXPECT_EQ(Faults({Emits({kMail, Named("mail", options)})}),
              "event \"mail\": declared twice, with different options")
        << &options - changes;
  }
}

TEST(ValidateTest, FindsTheSecondDeclarationInActorsAndProducers) {
  Service shop = Emits({Named("shop.order", {.description = "x"})});
  shop.actors = {Mailer()};
  EXPECT_THAT(Faults({shop}), HasSubstr("declared twice"));
  Service feed = Emits({Named("shop.order", {.description = "x"})});
  feed.producers = {Feed()};
  EXPECT_THAT(Faults({feed}), HasSubstr("declared twice"));
}

TEST(ValidateTest, RefusesTwoEventsOfOneStream) {
  EXPECT_EQ(Faults({Emits({Named("a-b.c"), Named("a.b-c")})}),
            "event \"a.b-c\": its stream \"a-b-c\" is that of event "
            "\"a-b.c\"");
}

TEST(ValidateTest, RefusesNamesBelowOneAnother) {
  EXPECT_EQ(Faults({Emits({Named("a"), Named("a-b"), Named("a.b.c")})}),
            "event \"a\": its name is a prefix of event \"a.b.c\"; it owns "
            "every subject below it");
  EXPECT_EQ(Faults({Emits({Named("a.b"), Named("a.bc"), Named("a-b-c")})}), "");
}

TEST(ValidateTest, RefusesBadNames) {
  const std::pair<std::string, std::string> names[] = {
      {"", "name must have 1 to 64 characters"},
      {std::string(65, 'a'), "name must have 1 to 64 characters"},
      {"Mailer", "name must be kebab-case, without dots"},
      {"mail.er", "name must be kebab-case, without dots"},
      {"mail er", "name must be kebab-case, without dots"},
      {"mailer-", "name must be kebab-case, without dots"},
      {"walnats-mailer",
       "names that begin with \"walnats-\" or \"walnats.\" are reserved"},
  };
  for (const auto& [name, why] : names) {
    const std::string quoted = "\"" + name + "\"";
    EXPECT_EQ(Faults({Of(Mailer({}, name))}), "actor " + quoted + ": " + why);
    EXPECT_EQ(Faults({Of(Feed({}, name))}), "producer " + quoted + ": " + why);
    EXPECT_EQ(Faults({Service{.name = name}}),
              "service " + quoted + ": " + why);
  }
}

TEST(ValidateTest, RefusesAnActorTwice) {
  Service shop{.name = "shop"};
  shop.actors = {Mailer()};
  Service other{.name = "other"};
  other.actors = {Mailer()};
  EXPECT_EQ(Faults({shop, other}),
            "actor \"mailer\" of event \"shop.order\": in service \"other\" "
            "and in service \"shop\"");
}

TEST(ValidateTest, RefusesServicesAndProducersTwice) {
  EXPECT_EQ(Faults({Service{.name = "shop"}, Service{.name = "shop"}}),
            "service \"shop\": added twice");
  Service shop{.name = "shop"};
  shop.producers = {Feed(), Feed()};
  EXPECT_EQ(Faults({shop}), "producer \"feed\": twice in service \"shop\"");
}

TEST(ValidateTest, RefusesOrdersThatCannotBeKept) {
  const MessageKey text = [](const Note& note) {
    return std::string_view(note.text);
  };
  const MessageKey other = [](const std::string& key) {
    return std::string_view(key);
  };
  const std::pair<ActorOptions, std::string> cases[] = {
      {{.order = Order::kPerKey}, "order is kPerKey, but there is no key"},
      {{.key = text}, "has a key, but its order is not kPerKey"},
      {{.dead = Dead::kPark}, "dead is kPark, which needs an order of kPerKey"},
      {{.order = Order::kPerKey, .key = other},
       "its key is of a std::__cxx11::basic_string<char, "
       "std::char_traits<char>, std::allocator<char> >, but its messages are "
       "of type walnats::Note"},
  };
  for (const auto& [options, fault] : cases) {
    EXPECT_EQ(Faults({Of(Mailer(options))}), "actor \"mailer\": " + fault);
  }
  EXPECT_EQ(Faults({Of(Mailer(
                {.dead = Dead::kPark, .order = Order::kPerKey, .key = text}))}),
            "");
}

TEST(ValidateTest, RefusesActorOptionsOutOfRange) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::pair<ActorOptions, std::string> cases[] = {
      {{.ack_wait = absl::Milliseconds(999)}, "ack_wait must be 1 s to 24 h"},
      {{.ack_wait = absl::Hours(25)}, "ack_wait must be 1 s to 24 h"},
      {{.ack_wait = absl::InfiniteDuration()}, "ack_wait must be 1 s to 24 h"},
      {{.max_jobs = 0}, "max_jobs must be at least 1"},
      {{.job_timeout = absl::ZeroDuration()}, "job_timeout must be above zero"},
      {{.max_jobs = 3, .max_ack_pending = 2},
       "max_ack_pending must be at least max_jobs"},
      {{.start = Start::At(0)}, "start: sequences begin at 1"},
      {{.retry = {.max_attempts = 0}}, "retry.max_attempts must be at least 1"},
      {{.retry = {.delays = {}}}, "retry.delays must not be empty"},
      {{.retry = {.delays = {absl::Seconds(1), absl::ZeroDuration()}}},
       "retry.delays must be above zero and finite"},
      {{.retry = {.delays = {absl::InfiniteDuration()}}},
       "retry.delays must be above zero and finite"},
      {{.retry = {.jitter = 1.1}}, "retry.jitter must be 0 to 1"},
      {{.retry = {.jitter = -0.1}}, "retry.jitter must be 0 to 1"},
      {{.retry = {.jitter = nan}}, "retry.jitter must be 0 to 1"},
      {{.breaker = {.failures = 1.1}}, "breaker.failures must be 0 to 1"},
      {{.breaker = {.failures = nan}}, "breaker.failures must be 0 to 1"},
      {{.breaker = {.window = 0}}, "breaker.window must be 1 to 10,000"},
      {{.breaker = {.pause = absl::ZeroDuration()}},
       "breaker.pause must be at least 1 ms, pause_max no less and finite"},
      {{.breaker = {.pause = absl::Minutes(2)}},
       "breaker.pause must be at least 1 ms, pause_max no less and finite"},
  };
  for (const auto& [options, why] : cases) {
    EXPECT_EQ(Faults({Of(Mailer(options))}), "actor \"mailer\": " + why);
  }
}

TEST(ValidateTest, RefusesProducersThatCannotRun) {
  const std::string delay =
      "producer \"feed\": delay must be above zero, delay_max no less";
  EXPECT_EQ(Faults({Of(Feed({.delay = absl::ZeroDuration()}))}), delay);
  EXPECT_EQ(Faults({Of(Feed(
                {.delay = absl::Seconds(2), .delay_max = absl::Seconds(1)}))}),
            delay);
  EXPECT_EQ(Faults({Of(Producer("feed", {kOrder}, nullptr))}),
            "producer \"feed\": has no function");
}

TEST(ValidateTest, RefusesOptionsOutOfRange) {
  const std::pair<ServicesOptions, std::string> cases[] = {
      {{.max_jobs = 0}, "options: max_jobs must be at least 1"},
      {{.grace = -absl::Seconds(1)}, "options: grace must not be negative"},
      {{.heartbeat = absl::Milliseconds(99)},
       "options: heartbeat must be 100 ms to 15 s"},
      {{.heartbeat = absl::Seconds(16)},
       "options: heartbeat must be 100 ms to 15 s"},
      {{.dead_letters = {.age = absl::Milliseconds(99)}},
       "options: dead_letters.age must be at least 100 ms"},
      {{.dead_letters = {.bytes = 0}},
       "options: dead_letters.bytes must be above zero"},
      {{.dead_letters = {.replicas = 6}},
       "options: dead_letters.replicas must be 1 to 5"},
  };
  for (const auto& [options, why] : cases) EXPECT_EQ(Faults({}, options), why);
}

TEST(ValidateTest, ReportsAllTogether) {
  Service shop = Emits(
      {Named("a"), Named("a.b"), kMail, Named("mail", {.description = "x"})});
  shop.actors = {Mailer({.max_jobs = 0, .retry = {.max_attempts = 0}}),
                 Mailer({}, "Mailer")};
  shop.producers = {Feed({}, "")};
  EXPECT_EQ(Faults({shop}, {.max_jobs = -1}),
            "event \"mail\": declared twice, with different options\n"
            "event \"a\": its name is a prefix of event \"a.b\"; it owns every "
            "subject below it\n"
            "producer \"\": name must have 1 to 64 characters\n"
            "actor \"mailer\": max_jobs must be at least 1\n"
            "actor \"mailer\": retry.max_attempts must be at least 1\n"
            "actor \"Mailer\": name must be kebab-case, without dots\n"
            "options: max_jobs must be at least 1");
}

TEST(ValidateTest, ListsEveryEventOnceTheEmittedFirst) {
  Service first{.name = "first"};
  first.actors = {Mailer()};
  const std::vector<Service> services = {
      first, {.name = "second", .emits = {kMail, kMail}}};
  std::vector<std::string_view> names;
  for (const EventInfo& event : EventsOf(services)) {
    names.push_back(event.name());
  }
  EXPECT_THAT(names, ElementsAre("mail", "shop.order"));
}

}  // namespace
}  // namespace walnats::internal
