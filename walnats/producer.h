#pragma once

// A Producer is a named coroutine that emits for as long as its service runs:
//
//   walnats::Producer OrderFeed(Feed& feed) {
//     return walnats::Producer(
//         "order-feed", {kOrderPlaced},
//         [&feed](walnats::Client client) -> walnats::Task<absl::Status> {
//           while (auto order = co_await feed.Next()) {
//             auto receipt = co_await client.Emit(kOrderPlaced, *order);
//             if (!receipt.ok()) co_return receipt.status();
//           }
//           co_return absl::OkStatus();
//         });
//   }
//
// On drain its coroutine is cancelled: the next operation it awaits throws
// boost::system::system_error (operation_aborted), which you need not catch.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "walnats/client.h"
#include "walnats/codec/declared_event.h"
#include "walnats/event.h"

namespace walnats {

enum class Restart {
  kOnFailure,  // when it returned an error or threw
  kAlways,     // also when it returned OK
  kNever,
};

struct ProducerOptions {
  Restart restart = Restart::kOnFailure;

  // Before a restart: doubled from the first to the second with every failure
  // in a row; a run of a minute begins the row anew.
  absl::Duration delay = absl::Seconds(1);
  absl::Duration delay_max = absl::Minutes(1);
};

// A copyable value. The function may be called again: it starts from its
// captures, so keep progress outside.
class Producer {
 public:
  using Run = std::function<Task<absl::Status>(Client client)>;

  // `name`: kebab-case, for logs and Health. `emits` are registered with the
  // streams before it runs.
  Producer(std::string_view name, std::vector<DeclaredEvent> emits, Run run,
           ProducerOptions options = {})
      : name_(name),
        emits_(std::move(emits)),
        run_(std::move(run)),
        options_(options) {}

  const std::string& name() const { return name_; }
  const std::vector<DeclaredEvent>& emits() const { return emits_; }
  const Run& run() const { return run_; }
  const ProducerOptions& options() const { return options_; }

 private:
  std::string name_;
  std::vector<DeclaredEvent> emits_;
  Run run_;
  ProducerOptions options_;
};

}  // namespace walnats
