#include "walnats/base/intrusive_list.h"

namespace walnats {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Item {
  int number;
  ListHook<Item> hook = {};
};
using List = IntrusiveList<Item, &Item::hook>;

std::vector<int> Drain(List& list) {
  std::vector<int> numbers;
  while (Item* item = list.PopFront()) numbers.push_back(item->number);
  return numbers;
}

TEST(IntrusiveListTest, IsFirstInFirstOut) {
  Item a{1}, b{2}, c{3};
  List list;
  EXPECT_TRUE(list.empty());
  EXPECT_EQ(list.front(), nullptr);
  for (Item* item : {&a, &b, &c}) list.PushBack(*item);
  EXPECT_FALSE(list.empty());
  EXPECT_EQ(list.front(), &a);
  EXPECT_THAT(Drain(list), ElementsAre(1, 2, 3));
  EXPECT_TRUE(list.empty());
  EXPECT_FALSE(a.hook.linked || b.hook.linked || c.hook.linked);
}

TEST(IntrusiveListTest, RemovesFromEverywhere) {
  const std::vector<std::vector<int>> left = {{2, 3}, {1, 3}, {1, 2}};
  for (size_t removed = 0; removed < 3; ++removed) {
    Item items[] = {{1}, {2}, {3}};
    List list;
    for (Item& item : items) list.PushBack(item);
    list.Remove(items[removed]);
    list.Remove(items[removed]);  // not linked any more: nothing
    std::vector<int> expected = left[removed];
    list.PushBack(items[removed]);
    expected.push_back(items[removed].number);
    EXPECT_EQ(Drain(list), expected);
  }
}

TEST(IntrusiveListTest, CanBeFilledAgainAfterItsLastElementLeft) {
  Item a{1};
  List list;
  for (int i = 0; i < 2; ++i) {
    list.PushBack(a);
    list.Remove(a);
    EXPECT_THAT(Drain(list), IsEmpty());
  }
}

}  // namespace
}  // namespace walnats
