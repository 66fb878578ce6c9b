#include "walnats/testing/memory/turns.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>

namespace walnats::testing {
namespace {

class TurnsTest : public ::testing::Test {
 protected:
  // Runs one handler of the io_context: one turn.
  std::size_t Turn() {
    if (io_.stopped()) io_.restart();
    return io_.poll_one();
  }
  Turns::Call Log(char c) {
    return [this, c] { log_ += c; };
  }

  boost::asio::io_context io_;
  std::unique_ptr<Turns> turns_ = std::make_unique<Turns>(io_.get_executor());
  std::string log_;
};

TEST_F(TurnsTest, CallsInOrderInOneLaterTurn) {
  turns_->Add(Log('a'));
  turns_->AtEnd(Log('z'));
  turns_->Add(Log('b'));
  EXPECT_EQ(log_, "");
  EXPECT_EQ(Turn(), 1U);
  EXPECT_EQ(log_, "abz");
  EXPECT_EQ(Turn(), 0U);
}

TEST_F(TurnsTest, LeavesWhatIsAddedInsideToTheNextTurn) {
  turns_->Add([this] {
    log_ += 'a';
    turns_->Add(Log('c'));
    turns_->AtEnd(Log('z'));
  });
  turns_->Add(Log('b'));
  Turn();
  EXPECT_EQ(log_, "abz");
  Turn();
  EXPECT_EQ(log_, "abzc");
}

TEST_F(TurnsTest, EndsInsideItsCalls) {
  turns_->Add([this] {
    log_ += 'a';
    turns_.reset();
  });
  turns_->Add(Log('b'));
  turns_->AtEnd(Log('z'));
  Turn();
  EXPECT_EQ(log_, "a");
}

TEST_F(TurnsTest, DropsWhatWasNotCalled) {
  turns_->Add(Log('a'));
  turns_.reset();
  Turn();
  EXPECT_EQ(log_, "");
}

}  // namespace
}  // namespace walnats::testing
