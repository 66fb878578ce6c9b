// Every field at the edge of what is allowed.
#include "walnats/event.h"

struct Parcel {};

constexpr char kEssay[4097] = {};

constexpr walnats::Event<Parcel> kPlain("p");
constexpr walnats::Event<Parcel> kFull(
    "walnatss.parcel-shipped-2.a-name-that-is-exactly-64-characters-0",
    {.description = std::string_view(kEssay, 4096),
     .limits = {.age = absl::Milliseconds(100),
                .messages = 1,
                .message_size = 0x7fffffff,
                .duplicates = absl::Milliseconds(100),
                .replicas = 5}});
