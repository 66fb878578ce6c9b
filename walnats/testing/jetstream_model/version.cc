#include "walnats/testing/jetstream_model/version.h"

#include <array>
#include <cassert>
#include <charconv>
#include <system_error>

#include "absl/strings/str_cat.h"

namespace walnats::testing::model {
namespace {

constexpr Version kNever = {99, 0, 0};

using enum Difference;

constexpr Row Since(Difference difference, Version since, std::string_view what,
                    std::string_view source) {
  return {difference, since, kNever, what, source};
}

constexpr Row Between(Difference difference, Version since, Version until,
                      std::string_view what, std::string_view source) {
  return {difference, since, until, what, source};
}

constexpr Row kRows[] = {
    Since(kTermReason, {2, 10, 4},
          "+TERM with a reason terminates; before, the message comes back",
          "commit c7a1445fc; measured on 2.9.10"),
    Since(kFilterSubjects, {2, 10, 0},
          "a consumer may have several filter subjects; before, none of them",
          "ADR-34; measured on 2.9.10"),
    Since(kMetadata, {2, 10, 0},
          "streams and consumers have metadata; before, dropped silently",
          "ADR-33; measured on 2.9.10"),
    Since(kCompression, {2, 10, 0},
          "streams may be compressed; before, dropped silently",
          "ADR-35; measured on 2.9.10"),
    Since(
        kConsumerAction, {2, 10, 0},
        "create and update of a consumer are told apart; before, both do both",
        "server/errors.json, 10148 and 10149; measured"),
    Since(kMissingConsumer503, {2, 10, 0},
          "a pull of a missing consumer is answered 503; before, not at all",
          "measured on 2.9.10 and 2.10.27"),
    Since(kPause, {2, 11, 0}, "CONSUMER.PAUSE",
          "server/jetstream_api.go, JSApiConsumerPauseT"),
    Since(kMultiGet, {2, 11, 0},
          "DIRECT.GET of the last messages of many subjects",
          "ADR-31; server/stream.go, getDirectMulti"),
    Since(kExpectedSubject, {2, 11, 0},
          "Nats-Expected-Last-Subject-Sequence-Subject; before, not read",
          "server/stream.go, JSExpectedLastSubjSeqSubj"),
    Since(kStrict, {2, 12, 0},
          "unknown JSON fields are errors; before, dropped silently",
          "ADR-44; measured on 2.15.1"),
    Since(kAtomicBatch, {2, 12, 0},
          "batches that are stored as a whole or not at all",
          "ADR-50; server/errors.json, 10174"),
    Since(kReset, {2, 14, 0}, "CONSUMER.RESET",
          "ADR-60; server/jetstream_api.go, JSApiConsumerResetT"),
    Since(kConsumersBounded, {2, 15, 0},
          "1,000 consumers per stream where its configuration has no bound",
          "measured on 2.15.1"),
    Since(kExpectationFirst, {2, 12, 0},
          "expected sequences are checked before the duplicate window",
          "server/stream.go, processJetStreamMsg; measured on 2.15.1"),
    Between(kFloorPassesExhausted, {2, 10, 0}, {2, 11, 0},
            "the ack floor moves past messages that max_deliver has given up",
            "measured on 2.9.10, 2.10.27 and 2.15.1; kStoredPositions"),
    Since(kStartTimeUpdates, {2, 10, 12},
          "a consumer by start time can be updated; before, always refused",
          "server/consumer.go, checkNewConsumerConfig: pointers were compared"),
    Since(kMaxConsumersUpdates, {2, 12, 5},
          "max_consumers of a stream can be updated",
          "server/stream.go, configUpdateCheck"),
    Since(kBatchCompleted, {2, 10, 0},
          "a filled pull with bytes to spare is told 409 Batch Completed",
          "server/consumer.go, JsPullRequestRemainingBytesT"),
    Since(kNoWaitEndsEmpty, {2, 12, 2},
          "the rest of a no_wait pull ends with 404 No Messages; before, with "
          "408",
          "server/consumer.go, processWaiting; also in 2.11.11"),
    Since(kQuietMaxWaiting, {2, 12, 0},
          "a pull with heartbeats gets no 409 Exceeded MaxWaiting",
          "server/consumer.go, processNextMsgRequest; also in 2.11.5"),
    Since(
        kExhaustedWithoutPull, {2, 10, 22},
        "with a max_deliver of 1, ack_wait ends a message though nobody pulls",
        "server/consumer.go, hasMaxDeliveries"),
    Since(kExhaustedNeeded, {2, 10, 26},
          "retention by interest keeps what max_deliver has given up",
          "server/consumer.go, needAck"),
    Since(kStoredPositions, {2, 11, 0},
          "consumer info shows positions as stored: nothing skipped, and a "
          "floor behind what max_deliver has given up",
          "server/consumer.go, infoWithSnapAndReply"),
    Since(kRemovalTerminates, {2, 10, 4},
          "the advisory about a pending message that was removed has a reason",
          "server/consumer.go, ackTermUnackedLimitsReason"),
    Since(kStorageUpdatesRefused, {2, 14, 4},
          "memory_storage of a consumer cannot be updated",
          "server/consumer.go, checkNewConsumerConfig; measured on 2.15.1"),
    Since(kPendingIsActivity, {2, 12, 0},
          "a consumer is not inactive while deliveries wait for their acks",
          "server/consumer.go, deleteNotActive; also in 2.11.7"),
    Since(
        kFutureStart, {2, 15, 0},
        "a start sequence above the last waits for it; before, the next counts",
        "server/consumer.go, selectStartingSeqNo"),
    Since(kLoweredTold, {2, 15, 0},
          "MAX_DELIVERIES is also sent for what came too often when "
          "max_deliver was lowered",
          "measured on 2.9.10 and 2.15.1"),
    Since(kUndeliveredKept, {2, 10, 16},
          "a redelivery that no pull has room for is queued again; before, it "
          "waits for ack_wait, and the newest message comes twice",
          "server/consumer.go, loopAndGatherMsgs; measured on 2.9.10"),
    Since(
        kPurgeKeepsPending, {2, 9, 15},
        "a purge keeps what is pending above it; before, that never comes back",
        "server/consumer.go, purge; measured on 2.9.10"),
    Since(kSubjectPurgeSpares, {2, 10, 11},
          "a purge of some subjects spares what is left for a consumer; "
          "before, it goes on behind the purge",
          "server/stream.go, purge: isWider; measured on 2.9.10"),
    Since(kFloorFromStart, {2, 14, 0},
          "a new consumer's ack floor is right below its start; before, 0",
          "server/filestore.go, SetStarting; measured on 2.9.10"),
    Since(kRedeliveriesHidden, {2, 12, 0},
          "a consumer with a max_deliver of 1 shows no redeliveries",
          "server/consumer.go, infoWithSnapAndReply; also in 2.11.4"),
    Since(kRetentionUpdates, {2, 10, 0},
          "retention can go from limits to interest and back",
          "server/stream.go, configUpdateCheck"),
    Since(kFilterAnywhere, {2, 10, 0},
          "a filter may lie outside of the stream's subjects; before, 10093",
          "server/consumer.go, checkConsumerCfg"),
    Since(kAllSubjectsNeedNoAck, {2, 10, 17},
          "a stream of all subjects is refused unless it acks nothing",
          "server/stream.go, checkStreamCfg"),
    Since(kFilterBoundsWorkQueue, {2, 10, 12},
          "an update of a work queue's consumer may not overlap with another",
          "server/consumer.go, addConsumerWithAssignment"),
    Since(kSkippedKeepsSequence, {2, 10, 19},
          "a duplicate of a message that nobody wanted is answered with its "
          "sequence; before, with 0",
          "server/stream.go, processJetStreamMsg"),
    Since(kSubjectNeedsSequence, {2, 12, 0},
          "an expected subject without a sequence is refused; before, ignored",
          "server/errors.json, 10193"),
    Since(kRollupValueRefused, {2, 12, 0},
          "an unknown value of Nats-Rollup is refused; before, not answered",
          "server/stream.go, processJetStreamMsg"),
    Since(kNamesWithoutSlashes, {2, 12, 15},
          "names with slashes are invalid configurations",
          "server/stream.go, isValidAssetName"),
    Since(kPurgeKeepsCounted, {2, 10, 0},
          "a purge keeps so many messages; before, so many sequences",
          "server/filestore.go, PurgeEx"),
    Since(kPurgeUpToOneIsNothing, {2, 12, 10},
          "a purge up to sequence 1 removes nothing; before, everything",
          "server/filestore.go, PurgeEx"),
    Since(kReplicasCheckedOnUpdate, {2, 15, 0},
          "a single server refuses an update to several replicas",
          "measured on 2.9.10 and 2.15.1"),
    Since(kBatchMessageIds, {2, 12, 1},
          "a batch with a message id of the duplicate window is refused",
          "server/errors.json, 10201"),
    Since(kBatchEndMark, {2, 14, 0},
          "a batch may end with a message that is not stored",
          "ADR-50; server/stream.go, processJetStreamAtomicBatchMsg"),
    Since(kBatchInvalidCommit, {2, 12, 1},
          "an unknown value of Nats-Batch-Commit is refused",
          "server/errors.json, 10200"),
    Since(kMessageTtl, {2, 11, 0}, "messages may have a TTL of their own",
          "ADR-43"),
};

// The level of $JS.API.INFO, since ADR-44.
struct Level {
  Version since;
  int level;
};
constexpr Level kLevels[] = {
    {{2, 15, 0}, 5}, {{2, 14, 0}, 4}, {{2, 12, 0}, 2}, {{2, 11, 0}, 1}};

int ApiLevelOf(const Version& version) {
  for (const Level& level : kLevels) {
    if (version >= level.since) return level.level;
  }
  return 0;
}

}  // namespace

std::string ToString(const Version& version) {
  return absl::StrCat(version.major, ".", version.minor, ".", version.patch);
}

std::optional<Version> ParseVersion(std::string_view text) {
  std::array<int, 3> numbers = {};
  const char* at = text.data();
  const char* const end = at + text.size();
  for (size_t i = 0; i < numbers.size(); ++i) {
    if (i > 0 && (at == end || *at++ != '.')) return std::nullopt;
    const auto [rest, error] = std::from_chars(at, end, numbers[i]);
    if (error != std::errc() || numbers[i] < 0) return std::nullopt;
    at = rest;
  }
  if (at != end) return std::nullopt;
  return Version{numbers[0], numbers[1], numbers[2]};
}

std::span<const Row> Differences() { return kRows; }

bool Has(const Version& version, Difference difference) {
  const Row& row = kRows[static_cast<size_t>(difference)];
  assert(row.difference == difference);
  return version >= row.since && version < row.until;
}

transport::Features FeaturesOf(const Version& version) {
  return {.compression = Has(version, Difference::kCompression),
          .metadata = Has(version, Difference::kMetadata),
          .filter_subjects = Has(version, Difference::kFilterSubjects),
          .term_reason = Has(version, Difference::kTermReason),
          .api_level = ApiLevelOf(version)};
}

}  // namespace walnats::testing::model
