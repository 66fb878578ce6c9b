#include "walnats/actor/origin.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "walnats/transport/owned_message.h"

namespace walnats::internal {
namespace {

const absl::Time kStored = absl::UnixEpoch() + absl::Nanoseconds(123456789);
const absl::Time kCreated = absl::UnixEpoch() + absl::Nanoseconds(5);

const Origin kOrigin = {.subject = "shop.order",
                        .stream = "shop-order",
                        .sequence = 7,
                        .time = kStored,
                        .stream_created = kCreated,
                        .generation = 2,
                        .letter = 11};

transport::Message With(std::span<const Header> headers) {
  return transport::OwnedMessage("walnats-redrive.post.mailer.shop-order.11",
                                 "reply", headers, "body");
}

TEST(OriginTest, IsReadAsItWasWritten) {
  const OriginHeaders written(kOrigin);
  const transport::Message message = With(written.headers());
  const std::optional<Origin> read = RedrivenOrigin(message);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->subject, "shop.order");
  EXPECT_EQ(read->stream, "shop-order");
  EXPECT_EQ(read->sequence, 7u);
  EXPECT_EQ(read->time, kStored);
  EXPECT_EQ(read->stream_created, kCreated);
  EXPECT_EQ(read->generation, 2);
  EXPECT_EQ(read->letter, 11u);
}

TEST(OriginTest, NamesItsHeadersAsItsOwn) {
  const OriginHeaders written(kOrigin);
  EXPECT_EQ(written.headers().size(), 7u);
  for (const Header& header : written.headers()) {
    EXPECT_TRUE(IsOriginHeader(header.name)) << header.name;
    EXPECT_TRUE(CheckHeader(header).ok()) << header.name;
  }
  EXPECT_FALSE(IsOriginHeader(kTraceHeader));
}

TEST(OriginTest, IsNoneWhereAHeaderIsMissingOrNoNumber) {
  const OriginHeaders written(kOrigin);
  for (size_t missing = 0; missing < written.headers().size(); ++missing) {
    std::vector<Header> headers = written.headers();
    headers.erase(headers.begin() + static_cast<ptrdiff_t>(missing));
    EXPECT_FALSE(RedrivenOrigin(With(headers)).has_value()) << missing;
  }
  for (size_t broken = 2; broken < written.headers().size(); ++broken) {
    std::vector<Header> headers = written.headers();
    headers[broken].value = "7x";
    EXPECT_FALSE(RedrivenOrigin(With(headers)).has_value()) << broken;
  }
  EXPECT_FALSE(RedrivenOrigin(With({})).has_value());
}

TEST(OriginTest, OfAnOwnDeliveryIsTheDelivery) {
  transport::DeliveryInfo info;
  info.stream = "shop-order";
  info.stream_sequence = 9;
  info.time = kStored;
  const transport::Delivery delivery(
      transport::OwnedMessage("shop.order", "", {}, "body"), info);
  const Origin origin = OwnOrigin(delivery, kCreated);
  EXPECT_EQ(origin.subject, "shop.order");
  EXPECT_EQ(origin.stream, "shop-order");
  EXPECT_EQ(origin.sequence, 9u);
  EXPECT_EQ(origin.time, kStored);
  EXPECT_EQ(origin.stream_created, kCreated);
  EXPECT_EQ(origin.generation, 0);
  EXPECT_EQ(origin.letter, 0u);
}

}  // namespace
}  // namespace walnats::internal
