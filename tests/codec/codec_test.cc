#include "walnats/codec.h"

#include "absl/strings/numbers.h"
#include "walnats/base/strings.h"

namespace walnats {
namespace {

struct Price {
  int cents = 0;
};

// A codec of one's own, as codec.h shows it.
struct PriceAsText {
  static constexpr std::string_view kContentType = "text/plain";
  static std::string_view SchemaName() { return "price"; }
  static absl::Status Encode(const Price& price, std::string& bytes) {
    bytes += Cat(price.cents);
    return absl::OkStatus();
  }
  static absl::Status Decode(std::string_view bytes, Price& price) {
    if (absl::SimpleAtoi(ToAbsl(bytes), &price.cents)) return absl::OkStatus();
    return absl::DataLossError("no price");
  }
};

struct Unwritable {
  static constexpr std::string_view kContentType = "text/plain";
  static std::string_view SchemaName() { return "price"; }
  static absl::Status Decode(std::string_view bytes, Price& price);
};

static_assert(CodecOf<PriceAsText, Price>);
static_assert(!CodecOf<PriceAsText, std::string>);
static_assert(!CodecOf<Unwritable, Price>);
static_assert(!ProtobufMessage<Price>);

inline constexpr Event<Price, PriceAsText> kPriceSet("price-set");

TEST(CodecTest, AnEventNamesItsOwn) {
  using PriceCodec = decltype(kPriceSet)::MessageCodec;
  std::string bytes;
  ASSERT_EQ(PriceCodec::Encode({250}, bytes), absl::OkStatus());
  Price price;
  ASSERT_EQ(PriceCodec::Decode(bytes, price), absl::OkStatus());
  EXPECT_EQ(price.cents, 250);
}

}  // namespace
}  // namespace walnats
