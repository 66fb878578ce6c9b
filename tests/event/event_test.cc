#include "walnats/event.h"

namespace walnats {
namespace {

struct Order {};

inline constexpr Event<Order> kOrderPlaced(
    "shop.order-placed", {.description = "A customer placed an order.",
                          .limits = {.age = absl::Hours(24 * 7),
                                     .messages = 1'000'000,
                                     .tags = {"ssd", "eu"}}});
inline constexpr Event<Order> kPlain("plain");

static_assert(kOrderPlaced.name() == "shop.order-placed");
static_assert(kOrderPlaced.description() == "A customer placed an order.");
static_assert(kOrderPlaced.limits().messages == 1'000'000);
static_assert(kOrderPlaced.limits().bytes == kUnlimited);
static_assert(kOrderPlaced.message_ids());
static_assert(kPlain.limits().retention == Retention::kLimits);
static_assert(std::is_same_v<decltype(kPlain)::Message, Order>);

TEST(EventTest, NamesItsStream) {
  EXPECT_EQ(kOrderPlaced.stream_name(), "shop-order-placed");
  EXPECT_EQ(kPlain.stream_name(), "plain");
}

TEST(EventTest, IsCopiedAsInfo) {
  const EventInfo info = kOrderPlaced;
  EXPECT_EQ(info.name(), kOrderPlaced.name());
  EXPECT_EQ(info.limits().tags[1], "eu");
}

TEST(EventTest, CreateKeepsWhatItWasGiven) {
  std::string name = "run.time";
  std::string description = "Named late.";
  std::string tag = "ssd";
  const absl::StatusOr<Event<Order>> event = Event<Order>::Create(
      name, {.description = description,
             .limits = {.age = absl::Hours(1), .tags = {"", tag}},
             .message_ids = false});
  for (std::string* text : {&name, &description, &tag}) {
    text->assign(text->size(), '#');
  }
  ASSERT_TRUE(event.ok()) << event.status();
  EXPECT_EQ(event->name(), "run.time");
  EXPECT_EQ(event->stream_name(), "run-time");
  EXPECT_EQ(event->description(), "Named late.");
  EXPECT_EQ(event->limits().age, absl::Hours(1));
  EXPECT_EQ(event->limits().tags[1], "ssd");
  EXPECT_FALSE(event->message_ids());
}

TEST(EventTest, CreateRefusesWhatTheCompilerWould) {
  EXPECT_EQ(Event<Order>::Create("Order").status(),
            absl::InvalidArgumentError(
                "declare event \"Order\": name must be kebab-case segments "
                "joined by single dots"));
  EXPECT_EQ(Event<Order>::Create("a", {.limits = {.replicas = 7}}).status(),
            absl::InvalidArgumentError(
                "declare event \"a\": replicas must be 1 to 5"));
}

}  // namespace
}  // namespace walnats
