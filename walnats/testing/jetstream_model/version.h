#pragma once

// In what one release of nats-server differs from another, as one table; the
// model asks it and never compares versions itself.
//
//   if (Has(version, Difference::kTermReason)) ...

#include <compare>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "walnats/transport/server.h"

namespace walnats::testing::model {

struct Version {
  int major = 2;
  int minor = 15;
  int patch = 1;

  auto operator<=>(const Version&) const = default;
};

inline constexpr Version kOldest = {2, 9, 10};  // Debian 12's
inline constexpr Version kNewest = {2, 15, 1};

std::string ToString(const Version& version);
// "2.9.10"; nullopt for anything else.
std::optional<Version> ParseVersion(std::string_view text);

enum class Difference {
  kTermReason,          // +TERM with a reason terminates; before, it is ignored
  kFilterSubjects,      // a consumer may have several
  kMetadata,            // of streams and consumers; before, dropped silently
  kCompression,         // as metadata
  kConsumerAction,      // create and update are told apart
  kMissingConsumer503,  // a pull of a missing consumer is answered; before, not
  kPause,               // CONSUMER.PAUSE
  kMultiGet,            // DIRECT.GET of many subjects
  kExpectedSubject,     // Nats-Expected-Last-Subject-Sequence-Subject
  kStrict,              // unknown JSON fields are errors
  kAtomicBatch,         // publish, all or nothing
  kReset,               // CONSUMER.RESET
  kConsumersBounded,    // 1,000 per stream if the config says nothing
  kExpectationFirst,    // checked before the duplicate window
  kFloorPassesExhausted,   // the ack floor moves past max_deliver's victims
  kStartTimeUpdates,       // a consumer by start time can be updated at all
  kMaxConsumersUpdates,    // of a stream
  kBatchCompleted,         // 409 to a filled pull with bytes to spare
  kNoWaitEndsEmpty,        // a no_wait pull's rest ends with 404, not 408
  kQuietMaxWaiting,        // no 409 for it to a pull with heartbeats
  kExhaustedWithoutPull,   // max_deliver 1 is noticed though nobody pulls
  kExhaustedNeeded,        // retention by interest keeps what was given up
  kStoredPositions,        // consumer info shows what is stored, not skipped
  kRemovalTerminates,      // MSG_TERMINATED says that the message was removed
  kStorageUpdatesRefused,  // of a consumer
  kPendingIsActivity,      // unsettled deliveries keep an ephemeral consumer
  kFutureStart,            // a consumer by sequence may begin past the last
  kLoweredTold,            // MAX_DELIVERIES also after max_deliver was lowered
  kUndeliveredKept,        // a redelivery that no pull has room for
  kPurgeKeepsPending,      // what is pending above the purge; before, lost
  kSubjectPurgeSpares,     // what a purge of one subject has not removed
  kFloorFromStart,         // the first ack floor is below the first message
  kRedeliveriesHidden,     // a consumer with a max_deliver of 1 shows none
  kRetentionUpdates,       // from limits to interest and back
  kFilterAnywhere,         // a filter need not be within the stream's subjects
  kAllSubjectsNeedNoAck,   // a stream of ">" is refused with acks
  kFilterBoundsWorkQueue,  // an update may not overlap another consumer
  kSkippedKeepsSequence,   // of an id whose message nobody was interested in
  kSubjectNeedsSequence,   // an expected subject alone is refused, 10193
  kRollupValueRefused,     // an unknown Nats-Rollup is answered
  kNamesWithoutSlashes,    // in the configuration, not only in the subject
  kPurgeKeepsCounted,      // messages; before, sequences
  kPurgeUpToOneIsNothing,  // before, everything
  kReplicasCheckedOnUpdate,  // on a single server; before, on create only
  kBatchMessageIds,          // a batch with an id that is stored is refused
  kBatchEndMark,             // Nats-Batch-Commit: eob, which is not stored
  kBatchInvalidCommit,  // another Nats-Batch-Commit is refused, not ignored
  kMessageTtl,          // Nats-TTL; before, dropped silently
};

struct Row {
  Difference difference;
  Version since;
  Version until;            // the first release without it; {99} if none
  std::string_view what;    // for people
  std::string_view source;  // where it was seen or specified
};

// Sorted as the enum.
std::span<const Row> Differences();

bool Has(const Version& version, Difference difference);

// What a transport finds out by asking such a server.
transport::Features FeaturesOf(const Version& version);

}  // namespace walnats::testing::model
