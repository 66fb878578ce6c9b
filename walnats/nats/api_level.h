#pragma once

// From which level of $JS.API.INFO on the server has a verb. Source: ADR-44
// and the server's own table of required levels.

namespace walnats::nats {

inline constexpr int kPauseLevel = 1;       // 2.11: CONSUMER.PAUSE
inline constexpr int kMultiGetLevel = 1;    // 2.11: DIRECT.GET of many subjects
inline constexpr int kMessageTtlLevel = 1;  // 2.11: Nats-TTL
// 2.11: an expectation about another subject; older ones ignore both headers.
inline constexpr int kExpectedSubjectLevel = 1;
inline constexpr int kAtomicLevel = 2;  // 2.12: batches, all or nothing
inline constexpr int kResetLevel = 4;   // 2.14: CONSUMER.RESET

}  // namespace walnats::nats
