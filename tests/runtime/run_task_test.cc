#include "walnats/testing/run_task.h"

#include <boost/asio/io_context.hpp>
#include <stdexcept>

namespace walnats {
namespace {

using testing::RunTask;

Task<std::unique_ptr<int>> MakeNumber() { co_return std::make_unique<int>(7); }

Task<void> Fail() {
  throw std::runtime_error("no");
  co_return;
}

TEST(RunTaskTest, ReturnsTheResultAndCanBeUsedAgain) {
  boost::asio::io_context io;
  EXPECT_EQ(*RunTask(io, MakeNumber()), 7);
  EXPECT_EQ(*RunTask(io, MakeNumber()), 7);
}

TEST(RunTaskTest, ThrowsWhatEscapes) {
  boost::asio::io_context io;
  EXPECT_THROW(RunTask(io, Fail()), std::runtime_error);
}

}  // namespace
}  // namespace walnats
