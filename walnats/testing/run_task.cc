#include "walnats/testing/run_task.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <cstdlib>
#include <exception>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace walnats::testing {

void RunTask(boost::asio::io_context& io, Task<void> task) {
  bool done = false;
  std::exception_ptr escaped;
  boost::asio::co_spawn(io, std::move(task), [&](std::exception_ptr error) {
    done = true;
    escaped = error;
  });
  const absl::Time limit = absl::Now() + absl::Seconds(50);
  while (!done) {
    if (io.stopped()) io.restart();
    io.run_one_for(absl::ToChronoNanoseconds(limit - absl::Now()));
    if (!done && absl::Now() >= limit) {
      // The coroutine refers to the caller's frame, so it cannot be left
      // behind.
      std::fputs("RunTask: the task has not ended within 50 s\n", stderr);
      std::abort();
    }
  }
  if (escaped) std::rethrow_exception(escaped);
}

}  // namespace walnats::testing
