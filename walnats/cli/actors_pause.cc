// `walnats actors pause` and `resume`.

#include <string>

#include "walnats/actor/conditions.h"
#include "walnats/base/strings.h"
#include "walnats/cli/actors.h"
#include "walnats/cli/human.h"
#include "walnats/cli/json.h"
#include "walnats/cli/stream_kind.h"
#include "walnats/services/pause.h"

namespace walnats::cli {
namespace {

void Say(const Output& output, const PauseOptions& options, bool paused,
         absl::Time until) {
  if (output.json) {
    JsonObject object;
    object.Add("event", options.event)
        .Add("actor", options.actor)
        .Add("paused", paused)
        .Add("until", until);
    output.PrintLine(object.text());
    return;
  }
  const std::string what = internal::ActorObject(options.actor, options.event);
  if (!paused) return output.PrintLine(Cat("resumed ", what));
  output.PrintLine(Cat(
      "paused ", what, " until ",
      until == absl::InfiniteFuture() ? "it is resumed" : HumanTime(until)));
}

}  // namespace

Task<absl::Status> PauseActor(Session& session, const Output& output,
                              const PauseOptions& options) {
  const absl::Time until = session.clock.Now() + options.duration;
  const absl::Status paused = co_await internal::PauseActor(
      session.transport, session.client, StreamOf(options.event), options.actor,
      until);
  if (paused.ok()) Say(output, options, true, until);
  co_return paused;
}

Task<absl::Status> ResumeActor(Session& session, const Output& output,
                               const PauseOptions& options) {
  const absl::Status resumed =
      co_await internal::ResumeActor(session.transport, session.client,
                                     StreamOf(options.event), options.actor);
  if (resumed.ok()) Say(output, options, false, absl::InfinitePast());
  co_return resumed;
}

}  // namespace walnats::cli
