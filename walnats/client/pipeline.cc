#include "walnats/client/pipeline.h"

#include <algorithm>
#include <utility>

#include "walnats/base/strings.h"
#include "walnats/runtime/spawn.h"

namespace walnats::internal {

Pipeline::Pipeline(ClientCore& core, ClientCore::EmitCounts& counts,
                   const EventInfo& event, EncodedMessages next,
                   const EmitOptions& options)
    : core_(core),
      counts_(counts),
      event_(event),
      next_(std::move(next)),
      headers_(options, DueOf(options, core.clock())),
      options_(PublishOptionsOf(event, options)) {}

Task<absl::Status> Pipeline::Run(transport::Transport& transport) {
  transport_ = &transport;
  core_.Watch(*this);
  Fill();
  if (on_the_way_ > 0) {
    co_await done_.Wait([this] { waiting_ = true; });
  }
  core_.Forget(*this);
  co_return end_;
}

void Pipeline::Stop(absl::Status why) {
  if (std::exchange(ended_, true)) return;
  end_ = Error(why.code(), "emit \"", event_.name(), "\": ", why.message(),
               "; no messages were taken after the first ", stored_.size());
}

void Pipeline::Fill() {
  while (!ended_ && bytes_ < kBytes && on_the_way_ < kPlaces) {
    if (free_.empty()) free_.push_back(&places_.emplace_back(*this));
    Place& place = *free_.back();
    if (!Take(place)) return;
    free_.pop_back();
    Send(place);
  }
}

// What it throws must not reach who answers publishes.
bool Pipeline::TakeNext(EncodedMessage& next) {
  try {
    if (next_(next)) return true;
  } catch (...) {
    Stop(CurrentExceptionStatus());
  }
  ended_ = true;
  return false;
}

bool Pipeline::Take(Place& place) {
  while (TakeNext(place.encoded)) {
    place.index = stored_.size();
    stored_.emplace_back();
    const absl::Status complete = Complete(place.encoded, event_, core_.ids());
    if (complete.ok()) return true;
    Fail(place.index, Error(complete.code(), "emit \"", event_.name(),
                            "\": ", complete.message()));
  }
  return false;
}

void Pipeline::Send(Place& place) {
  place.message = {.subject = event_.name(),
                   .headers = headers_.all(),
                   .body = place.encoded.body};
  place.expect.message_id = place.encoded.id;
  place.options = options_;
  ++on_the_way_;
  bytes_ += place.encoded.body.size();
  transport_->Publish(place);
}

void Pipeline::OnPublished(Place& place,
                           absl::StatusOr<transport::PubAck> ack) {
  --on_the_way_;
  bytes_ -= place.encoded.body.size();
  if (ack.ok()) {
    stored_[place.index] = {.sequence = ack->sequence,
                            .duplicate = ack->duplicate};
    counts_.CountStored(ack->sequence, ack->duplicate);
  } else {
    Fail(place.index, ack.status());
  }
  free_.push_back(&place);
  Fill();
  if (on_the_way_ == 0 && waiting_) done_.Resume();
}

void Pipeline::Fail(std::size_t index, absl::Status status) {
  counts_.CountFailed();
  failures_.push_back({index, std::move(status)});
}

EmitResults Pipeline::TakeResults() {
  std::sort(failures_.begin(), failures_.end(),
            [](const EmitResults::Failure& a, const EmitResults::Failure& b) {
              return a.index < b.index;
            });
  return EmitResults(event_.stream_name(), std::move(stored_),
                     std::move(failures_), std::move(end_));
}

}  // namespace walnats::internal
